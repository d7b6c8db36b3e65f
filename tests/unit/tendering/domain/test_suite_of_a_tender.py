"""A tender chooses the algorithms of its sealed bids, and every key has to be of them."""

from dataclasses import replace

import pytest

from crypto.keys import HybridKey, OpeningKey
from crypto.seal_suites import CLASSIC, HYBRID
from tendering.domain.refusals import Invalid
from tendering.domain.refusals.tenders import TenderIncomplete
from tendering.domain.tender import require_key_of_suite, require_sound
from tests.support import make

CLASSIC_KEY = OpeningKey(b"\x01" * 32).public
HYBRID_KEY = HybridKey(b"\x01" * 32).public


def test_a_tender_names_its_suite_in_the_key_policy() -> None:
    tender = make.a_tender()

    assert tender.key_policy["suite"] == CLASSIC.name
    assert replace(tender, suite=HYBRID.name).key_policy["suite"] == HYBRID.name


def test_a_suite_that_nobody_knows_is_refused() -> None:
    with pytest.raises(TenderIncomplete):
        require_sound(replace(make.a_tender(), suite="age-v1-rsa"))


@pytest.mark.parametrize(
    ("suite", "key"),
    [(CLASSIC.name, CLASSIC_KEY), (HYBRID.name, HYBRID_KEY)],
    ids=["classic", "hybrid"],
)
def test_a_key_of_the_tenders_suite_is_taken(suite: str, key: bytes) -> None:
    require_key_of_suite(replace(make.a_tender(), suite=suite), key)


@pytest.mark.parametrize(
    ("suite", "key"),
    [(CLASSIC.name, HYBRID_KEY), (HYBRID.name, CLASSIC_KEY), (HYBRID.name, b"")],
    ids=["hybrid", "classic", "none"],
)
def test_a_key_of_another_suite_is_refused(suite: str, key: bytes) -> None:
    with pytest.raises(Invalid):
        require_key_of_suite(replace(make.a_tender(), suite=suite), key)
