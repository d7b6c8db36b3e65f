"""What a clerk would overlook is found before anything is sealed."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pikepdf
import pytest

from clients.sdk.checks import (
    BidFinding,
    Weight,
    check_certificate,
    check_files,
    check_form,
    check_reading,
    check_time,
    printable,
    stopping,
)
from clients.sdk.plan import BidPlan
from tendering.domain.tender import Tender

METHOD = {"criteria": [{"id": "credit", "kind": "objective", "max_points": "10"}]}


def a_plan(
    tender: Tender,
    *,
    price_fen: int = 8_500_000,
    objective: Mapping[str, str] | None = None,
    files: tuple[Path, ...] = (),
) -> BidPlan:
    claims = {"credit": "8.00"} if objective is None else dict(objective)
    return BidPlan(
        tender.id,
        "1",
        {"technical": files},
        {
            "qualification": {"objective": claims},
            "technical": {},
            "price": {"price_fen": price_fen, "duration_days": 300},
        },
    )


def codes(findings: list[BidFinding]) -> list[str]:
    return [finding.code for finding in findings]


def a_pdf(file: Path, *, pages: int = 1, **saved: Any) -> Path:
    with pikepdf.new() as pdf:
        for _ in range(pages):
            pdf.add_blank_page()
        pdf.save(file, **saved)
    return file


def found_in(tender: Tender, *files: Path) -> list[str]:
    return codes(check_files(a_plan(tender, files=files)))


def test_a_sound_bid_has_no_findings(tender: Tender, tmp_path: Path) -> None:
    other = tmp_path / "清单.xlsx"
    other.write_bytes(b"PK")

    assert found_in(tender, a_pdf(tmp_path / "技术文件.pdf"), other) == []
    assert check_form(a_plan(tender), replace(tender, method=METHOD)) == []


def test_a_file_that_is_not_there_is_named(tender: Tender, tmp_path: Path) -> None:
    assert found_in(tender, tmp_path / "缺.pdf") == ["file-missing"]


def test_an_empty_file_is_found(tender: Tender, tmp_path: Path) -> None:
    (tmp_path / "空.pdf").touch()

    assert found_in(tender, tmp_path / "空.pdf") == ["file-empty"]


def test_a_folder_is_no_file(tender: Tender, tmp_path: Path) -> None:
    assert found_in(tender, tmp_path) == ["file-not-regular"]


def test_a_file_that_no_bundle_can_hold_is_found_by_its_size(
    tender: Tender, tmp_path: Path
) -> None:
    file = tmp_path / "大.zip"
    with file.open("wb") as stream:
        stream.truncate(8 << 30)  # sparse: it takes no room

    assert found_in(tender, file) == ["file-too-large"]


def test_what_is_no_pdf_is_found(tender: Tender, tmp_path: Path) -> None:
    file = tmp_path / "坏.pdf"
    file.write_bytes(b"%PDF-1.7 and nothing")

    assert found_in(tender, file) == ["pdf-unreadable"]


@pytest.mark.parametrize("password", ["", "secret"])
def test_an_encrypted_pdf_is_found(tender: Tender, tmp_path: Path, password: str) -> None:
    encryption = pikepdf.Encryption(owner="owner", user=password)
    file = a_pdf(tmp_path / "密.pdf", encryption=encryption)

    assert found_in(tender, file) == ["pdf-encrypted"]


def test_a_pdf_without_pages_is_found(tender: Tender, tmp_path: Path) -> None:
    assert found_in(tender, a_pdf(tmp_path / "无页.pdf", pages=0)) == ["pdf-without-pages"]


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("价\u202efdp.zip", "name-invisible"),
        ("a\nb.zip", "name-invisible"),
        ("a?.zip", "name-odd"),
        (" a.zip", "name-odd"),
        ("CON.zip", "name-odd"),
        ("长" * 70 + ".zip", "name-too-long"),
    ],
)
def test_a_hostile_name_is_found(tender: Tender, tmp_path: Path, name: str, code: str) -> None:
    file = tmp_path / name
    file.write_bytes(b"PK")

    assert found_in(tender, file) == [code]


def test_a_name_that_cannot_be_a_path_is_found(tender: Tender, tmp_path: Path) -> None:
    assert found_in(tender, tmp_path / "a\x00.zip") == ["name-invisible", "file-missing"]


def test_two_files_of_one_name_are_found(tender: Tender, tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    first, second = tmp_path / "A.zip", tmp_path / "b" / "a.zip"
    for file in (first, second):
        file.write_bytes(b"PK")

    assert found_in(tender, first, second) == ["file-twice"]


def test_too_many_files_are_found(tender: Tender, tmp_path: Path) -> None:
    files = [tmp_path / f"{number}.zip" for number in range(2001)]

    assert found_in(tender, *files)[0] == "too-many-files"


@pytest.mark.parametrize(
    ("price_fen", "code"),
    [
        (9_000_001, ["above-ceiling"]),
        (850, ["unit-slip-suspected"]),
        (85_000_000_000, ["above-ceiling", "unit-slip-suspected"]),
    ],
)
def test_a_price_that_catches_the_eye_is_questioned(
    tender: Tender, price_fen: int, code: list[str]
) -> None:
    findings = check_form(a_plan(tender, price_fen=price_fen, objective={}), tender)

    assert codes(findings) == code
    assert {finding.weight for finding in findings} == {Weight.QUESTION}


@pytest.mark.parametrize(
    ("objective", "code"),
    [
        ({}, "objective-missing"),
        ({"credit": "10.01"}, "objective-too-high"),
        ({"credit": "8", "other": "1"}, "objective-unknown"),
    ],
)
def test_what_the_bidder_claims_must_be_what_the_method_asks(
    tender: Tender, objective: dict[str, str], code: str
) -> None:
    assert codes(
        check_form(a_plan(tender, objective=objective), replace(tender, method=METHOD))
    ) == [code]


def test_time_is_told_by_the_platforms_clock(tender: Tender) -> None:
    deadline = tender.deadline

    assert check_time(tender, deadline - timedelta(days=1)) == []
    assert codes(check_time(tender, deadline - timedelta(hours=1))) == ["deadline-near"]
    assert codes(check_time(tender, deadline)) == ["deadline-passed"]


def test_a_certificate_must_outlive_the_deadline(tender: Tender) -> None:
    closing = tender.closing_at

    assert codes(check_certificate(None, tender)) == ["certificate-missing"]
    assert codes(check_certificate(closing, tender)) == ["certificate-expires"]
    assert check_certificate(closing + timedelta(days=1), tender) == []


def test_clarifications_that_nobody_has_read_are_questioned() -> None:
    assert codes(check_reading(2, 1)) == ["clarification-unread"]
    assert check_reading(2, 2) == []


def test_only_a_question_can_be_confirmed() -> None:
    findings = [BidFinding(str(weight), weight, "", "") for weight in Weight]

    assert codes(stopping(findings, frozenset())) == ["error", "question"]
    assert codes(stopping(findings, frozenset({"error", "question"}))) == ["error"]


def test_what_is_invisible_is_spelled_out() -> None:
    assert printable("价\u202e\n.pdf") == "价\\u202e\\u000a.pdf"
