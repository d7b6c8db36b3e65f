"""Our packages by the standard's own schema, and read again by our own import."""

import json
import zipfile
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import jsonschema_rs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tendering.domain.ocds import read_json, read_package
from tendering.domain.tender import Lot, Tender
from tests.support.make import DEADLINE, a_tender
from tests.support.open_data import packages
from tests.support.public_stream import PublicStream, whole

FOLDER: Final = "standard-1__1__5/schema/"
LINES: Final = st.text("示范教学楼工程AB-1 ", min_size=1, max_size=20).map(str.strip).filter(bool)
FEN: Final = st.integers(1, 10**14)


@pytest.mark.parametrize("kind", ["release", "record"])
def test_the_whole_play_is_valid_by_the_standard(shared_data: Path, kind: str) -> None:
    with zipfile.ZipFile(shared_data / "ocds" / "standard-1__1__5.zip") as standard:

        def schema(address: str) -> Any:
            return json.loads(standard.read(FOLDER + address.rpartition("/")[2]))

        validator = jsonschema_rs.Draft4Validator(
            schema(f"{kind}-package-schema.json"), retriever=schema, validate_formats=True
        )
        package = json.loads(packages(whole())[kind])

        found = [
            f"{list(one.instance_path)} {one.message}" for one in validator.iter_errors(package)
        ]
        broken = validator.is_valid(package | {"publishedDate": "yesterday", "version": 1})

    assert found == []
    assert not broken


@st.composite
def tenders(draw: st.DrawFn) -> Tender:
    lots = tuple(
        Lot(
            str(number),
            draw(LINES),
            draw(FEN),
            draw(FEN),
            draw(FEN),
            tuple(
                {"code": str(place), "name": draw(LINES), "quantity": "3.5", "unit": "平方米"}
                for place in range(draw(st.integers(0, 3)))
            ),
        )
        for number in range(1, draw(st.integers(1, 4)) + 1)
    )
    return a_tender(title=draw(LINES), description=draw(LINES), lots=lots)


@given(tenders(), st.booleans())
def test_what_is_exported_is_imported_as_the_same_tender(tender: Tender, is_amended: bool) -> None:
    stream = PublicStream(tender).published()
    deadline = DEADLINE
    if is_amended:
        deadline = DEADLINE + timedelta(days=5)
        later = deadline.isoformat().replace("+00:00", "Z")
        stream.say(
            "clarification.published", number=1, text="答复", affects_bids=True, deadline=later
        )

    read = {kind: read_package(read_json(data)) for kind, data in packages(stream).items()}

    assert read["release"] == read["record"]
    (imported,) = read["release"]
    assert imported.ocid == f"ocds-kbdemo-{tender.id}"
    assert (imported.title, imported.description) == (
        " ".join(tender.title.split()),
        " ".join(tender.description.split()),
    )
    assert imported.procuring_entity == "示范市教育局"
    assert imported.period_end == deadline
    assert imported.value is not None
    assert imported.value.fen == tender.budget_fen
    assert [(lot.id, lot.value and lot.value.fen) for lot in imported.lots] == [
        (lot.lot, lot.estimate_fen) for lot in tender.lots
    ]
    assert [(item.lot, item.description) for item in imported.items] == [
        (lot.lot, " ".join(str(item["name"]).split())) for lot in tender.lots for item in lot.items
    ]
