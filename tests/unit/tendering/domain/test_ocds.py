"""Reading real publications, and refusing clearly what is none."""

import json
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path

import pytest

from tendering.domain.ocds import NEVER_PUBLISHED, read_json, read_package
from tendering.domain.refusals.tenders import ForeignCurrency, NotARelease


def a_release(**tender: object) -> dict[str, object]:
    return {"ocid": "ocds-1", "date": "2026-01-01T00:00:00Z", "tender": {"title": "T"} | tender}


def in_package(*releases: Mapping[str, object]) -> dict[str, object]:
    return {"version": "1.1", "releases": list(releases)}


def test_a_hundred_real_releases_are_read(shared_data: Path) -> None:
    package = read_json((shared_data / "ocds" / "colombia-releases.json").read_bytes())

    tenders = read_package(package, as_cny=True)

    assert len(tenders) == 100
    assert tenders[0].procuring_entity == "VALLE DEL CAUCA - TULUA - CONTRALORIA"
    assert tenders[0].from_template == ("description", "lots", "deadline", *NEVER_PUBLISHED)
    assert tenders[0].value is not None
    assert tenders[0].value.source == "awards"


def test_pesos_are_not_taken_for_yuan(shared_data: Path) -> None:
    package = read_json((shared_data / "ocds" / "colombia-releases.json").read_bytes())

    with pytest.raises(ForeignCurrency) as refused:
        read_package(package)

    assert refused.value.parameters["currency"] == "COP"


def test_a_bare_tender_is_refused_and_says_so(shared_data: Path) -> None:
    tender = read_json((shared_data / "ocds" / "prozorro-tender.json").read_bytes())

    with pytest.raises(NotARelease, match="bare tender"):
        read_package(tender)


def test_a_bare_tender_is_read_when_it_is_called_one(shared_data: Path) -> None:
    tender = read_json((shared_data / "ocds" / "prozorro-tender.json").read_bytes())

    read = read_package(tender, as_cny=True, bare_tender=True)[0]

    assert read.ocid == "UA-2022-07-23-000100-a"
    assert read.items[0].lot == read.lots[0].id
    assert read.from_template == NEVER_PUBLISHED


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ([], "neither releases nor records"),
        ({"releases": []}, "empty"),
        (in_package({"tender": {}}), "no ocid"),
        (a_release(), "single release"),
        ({"data": {"title": "T", "items": []}}, "bare tender"),
        (in_package(*[a_release()] * 5_001), "too large"),
        ({"records": [{"ocid": "ocds-1"}]}, "neither a compiled release"),
    ],
)
def test_what_is_no_package_is_refused_with_a_hint(value: object, words: str) -> None:
    with pytest.raises(NotARelease, match=words):
        read_package(value)


def test_what_is_no_tender_is_not_read_as_a_bare_one() -> None:
    with pytest.raises(NotARelease):
        read_package({}, bare_tender=True)


@pytest.mark.parametrize("data", [b"{", b"[NaN]", b"\xff"])
def test_what_is_no_json_is_refused(data: bytes) -> None:
    with pytest.raises(NotARelease):
        read_json(data)


def test_amounts_are_exact() -> None:
    release = a_release(value={"amount": 0.1, "currency": "CNY"})

    read = read_package(read_json(json.dumps(in_package(release)).encode()))[0]

    assert read.value is not None
    assert (read.value.amount, read.value.fen) == (Decimal("0.1"), 10)


def test_an_amount_without_a_currency_is_not_taken_for_yuan() -> None:
    with pytest.raises(ForeignCurrency):
        read_package(in_package(a_release(value={"amount": 1})))


def test_the_sum_of_the_lots_stands_in_for_a_missing_value() -> None:
    lots = [{"id": n, "value": {"amount": n, "currency": "CNY"}} for n in (1, 2)]

    read = read_package(in_package(a_release(lots=lots)))[0]

    assert read.value is not None
    assert (read.value.amount, read.value.source) == (Decimal(3), "lots")


def test_lots_of_which_one_has_no_value_have_no_sum() -> None:
    lots = [{"id": 1, "value": {"amount": 1, "currency": "CNY"}}, {"id": 2}]

    assert read_package(in_package(a_release(lots=lots)))[0].value is None


@pytest.mark.parametrize("amount", [True, "x", [], {"$numberLong": 5}, -1, "NaN", 10**16])
def test_an_amount_that_is_none_is_left_out(amount: object) -> None:
    release = a_release(value={"amount": amount, "currency": "CNY"})

    assert read_package(in_package(release))[0].value is None


def test_the_latest_release_of_a_process_stands() -> None:
    later = a_release(title="later") | {"date": "2026-02-01T00:00:00Z"}

    assert [one.title for one in read_package(in_package(later, a_release()))] == ["later"]


def test_a_compiled_release_of_a_record_is_read() -> None:
    value = {"records": [{"ocid": "ocds-1", "compiledRelease": a_release()}]}

    assert read_package(value)[0].title == "T"


def test_a_record_with_embedded_releases_gives_the_latest() -> None:
    later = a_release(title="later") | {"date": "2026-02-01T00:00:00Z"}
    value = {"records": [{"ocid": "ocds-1", "releases": [later, a_release()]}]}

    assert read_package(value)[0].title == "later"


def test_a_date_without_offset_is_no_instant() -> None:
    release = a_release(tenderPeriod={"startDate": "2026-01-01", "endDate": "2026-01-31T00:00:00Z"})

    read = read_package(in_package(release))[0]

    assert read.period_start is None
    assert read.period_end is not None


def test_the_procuring_entity_is_the_organization_among_the_parties() -> None:
    parties = [{"name": "A", "roles": ["supplier"]}, {"name": "B", "roles": ["buyer"]}]

    read = read_package(in_package(a_release() | {"parties": parties}))[0]

    assert read.procuring_entity == "B"
