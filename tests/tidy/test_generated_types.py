"""The front end's types are those that the platform's tables and messages make now."""

import pytest

from scripts.generate_types import TARGET, generated

GENERATED = generated()


@pytest.mark.parametrize("name", GENERATED)
def test_the_generated_types_are_fresh(name: str) -> None:
    assert (TARGET / name).read_text() == GENERATED[name], "run: make types"
