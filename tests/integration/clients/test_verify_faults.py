"""Archives with a sabotaged bid: the verifier says whose fault it is, in both languages."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from clients.verify import Report, report_lines, verify_archive
from crypto.seal_suites import GM
from tendering.domain.journal import Stream
from tests.support.archive import Archive
from tests.support.archive_play import TenderPlay

THIRD = "91510100MA0000771X"


@pytest.fixture
def verify(tmp_path: Path) -> Callable[[Archive], Report]:
    """Write an archive and check it against keys obtained beforehand."""

    def check(archive: Archive) -> Report:
        return verify_archive(archive.write(tmp_path / "archive.zip"), trust=archive.trust)

    return check


Verify = Callable[[Archive], Report]


def named(report: Report) -> str:
    """The first thing that does not hold."""
    assert report.first_failure is not None
    return report.first_failure.detail.splitlines()[0]


@pytest.mark.parametrize(
    ("sabotage", "whose", "zh"),
    [
        ("wrong-record", "bidder, proved", "密封头不是由文件密钥导出的"),
        ("false-shares", "bidder, proved", "得不出文件密钥"),
        ("bad-records", "bidder", "密钥持有人2尚不能判定，密钥持有人3尚不能判定"),
        ("bad-records cleared", "bidder, proved", "密钥持有人2已洗清"),
        ("lying-holders", "bidder", "没有任何途径得到文件密钥"),
        ("lying-holders cleared", "key_holders, proved", "密钥持有人3谎称其记录不可用"),
        ("cut-payload", "bidder, proved", "密封时即已损坏或者截断"),
        ("not-a-bundle", "bidder, proved", "不是规定格式的投标文件包"),
    ],
)
def test_whose_fault_a_sabotaged_bid_is(verify: Verify, sabotage: str, whose: str, zh: str) -> None:
    kind, _, clears = sabotage.partition(" ")

    report = verify(TenderPlay(kind, clears=bool(clears)).played().archive())

    assert report.holds, report.verdict
    (fault,) = report.faults
    assert fault.bidder == THIRD
    assert fault.whose + (", proved" if fault.proved else "") == whose
    assert any(zh in line for line in report_lines(report))


@pytest.mark.parametrize("sabotage", ["", "bad-records cleared", "lying-holders cleared"])
def test_a_tender_of_the_national_suite_is_verified_and_its_cheats_are_named(
    verify: Verify, sabotage: str
) -> None:
    kind, _, clears = sabotage.partition(" ")

    report = verify(TenderPlay(kind, clears=bool(clears), suite=GM.name).played().archive())

    blamed = {"bad-records": "bidder", "lying-holders": "key_holders"}
    assert report.holds, report.verdict
    assert [(one.whose, one.proved) for one in report.faults] == (
        [(blamed[kind], True)] if kind else []
    )


def test_a_container_damaged_at_rest_is_the_platforms_fault(verify: Verify) -> None:
    report = verify(TenderPlay("damaged").played().archive())

    (fault,) = report.faults
    assert not report.holds
    assert f"{THIRD}/1/price.age: not the container that the bidder signed" in named(report)
    assert (fault.whose, fault.proved) == ("platform", True)
    assert "责任方：平台（已证明）" in fault.zh
    assert "the stored bytes are not those that the bidder signed" in fault.why


def test_key_holders_that_lied_are_named(verify: Verify) -> None:
    report = verify(TenderPlay("lying-holders", clears=True).played().archive())

    assert report.faults[0].failing_holders == (2, 3)


def test_a_verdict_that_does_not_follow_from_the_evidence_is_named(verify: Verify) -> None:
    def lenient(body: dict[str, Any]) -> None:
        body["faults"][0]["fault"] |= {"whose": "platform"}
        body["deemed_revoked"], body["deemed_withdrawn"] = [], body["deemed_revoked"]

    archive = TenderPlay("false-shares").played().archive()

    detail = named(verify(archive.forged(Stream.PUBLIC, "prices.revealed", lenient)))

    assert "another verdict on it than follows from the evidence" in detail


def test_two_bids_read_out_without_an_agreement_are_found(verify: Verify) -> None:
    archive = TenderPlay("cut-payload").played().archive()

    def disagree(body: dict[str, Any]) -> None:
        body["decision"] = "fail"

    report = verify(archive.forged(Stream.PUBLIC, "shortfall.decided", disagree))

    assert not report.holds
