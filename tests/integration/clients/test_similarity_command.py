"""`kaibiao similarity` on real files: what it finds, and hostile files that end nothing."""

import io
import json
import os
import random
import zipfile
from hashlib import sha256
from pathlib import Path
from typing import Any

import openpyxl
import pikepdf
import pytest
from click.testing import CliRunner, Result
from PIL import Image

from clients.cli import main
from clients.demo.pdf_maker import make_pdf
from tendering.bid_reading import folder, office
from tendering.bid_reading.office import BadFile, read_office
from tendering.bid_reading.reading import read_bid_file

COPIED = (
    "本工程采用分段流水施工，第一段自轴线三至轴线九，先行开挖并浇筑垫层；"
    "第二段待防水层验收合格后插入，钢筋绑扎与模板支设交叉进行，由专人负责协调。"
)
W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"

CUSTOM = '<Properties><property name="软件锁号"><lpwstr>K-77</lpwstr></property></Properties>'
SETTINGS = f'<w:settings xmlns:w="{W}"><w:rsidRoot w:val="00A1B2C3"/></w:settings>'


def filler(seed: int, count: int = 300) -> str:
    chance = random.Random(seed)
    return "".join(chr(0x4E00 + chance.randrange(3000)) for _ in range(count))


def docx(file: Path, *pages: str, **more: str | bytes) -> Path:
    """A Word file as Word writes it, as far as it is read here; `more` are further parts."""
    file.parent.mkdir(exist_ok=True)
    body = '<w:r><w:br w:type="page"/></w:r>'.join(
        f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>" for text in pages
    )
    parts: dict[str, str | bytes] = {
        "word/document.xml": f'<w:document xmlns:w="{W}"><w:body>{body}</w:body></w:document>',
        **{name.replace("__", "/").replace("_xml", ".xml"): part for name, part in more.items()},
    }
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return file


def core(author: str) -> str:
    return (
        '<cp:coreProperties xmlns:cp="c" xmlns:dc="d" xmlns:dcterms="t">'
        f"<dc:creator>{author}</dc:creator><dcterms:created>2026-03-01T02:03:04Z</dcterms:created>"
        "</cp:coreProperties>"
    )


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, ["similarity", *map(str, arguments)])


def found(*arguments: str | Path) -> dict[str, Any]:
    done = run(*arguments, "--json")
    report: dict[str, Any] = json.loads(done.stdout)
    return report


def test_a_copied_passage_is_printed_with_files_and_pages(tmp_path: Path) -> None:
    docx(tmp_path / "甲" / "技术标.docx", filler(1), filler(2) + COPIED)
    book = openpyxl.Workbook()
    (tmp_path / "乙").mkdir()
    book.active["A1"] = COPIED
    book.save(tmp_path / "乙" / "方案.xlsx")
    (tmp_path / "丙").mkdir()
    (tmp_path / "丙" / "说明.txt").write_bytes(filler(3).encode("gb18030", "ignore"))

    done = run(tmp_path, "--html", tmp_path / "out.html")

    assert done.exit_code == 1
    assert "乙 与 甲：相同65字" in done.stdout
    assert "方案.xlsx 第1页 ／ 技术标.docx 第2页" in done.stdout
    assert "不构成认定" in done.stdout
    page = (tmp_path / "out.html").read_text()
    assert "方案.xlsx 第1页" in page
    assert "<script" not in page


def test_the_tenders_own_text_and_template_are_subtracted(tmp_path: Path) -> None:
    tender = docx(tmp_path / "招标文件.docx", COPIED, docProps__core_xml=core("代理机构示范人"))
    for name in ("甲", "乙"):
        folder = tmp_path / "bids" / name
        folder.mkdir(parents=True)
        text = filler(ord(name)) + COPIED
        docx(folder / "a.docx", text, docProps__core_xml=core("代理机构示范人"))

    done = run(tmp_path / "bids", "--tender", tender)

    assert (done.exit_code, "未发现线索" in done.stdout) == (0, True)
    assert run(tmp_path / "bids").exit_code == 1


def test_marks_of_word_files_are_found(tmp_path: Path) -> None:
    image = io.BytesIO()
    Image.effect_noise((90, 90), 50).save(image, "PNG")
    for name in ("甲", "乙"):
        docx(
            tmp_path / name / "标书.docx",
            filler(ord(name)),
            docProps__core_xml=core("示范编制人甲"),
            docProps__custom_xml=CUSTOM,
            word__settings_xml=SETTINGS,
            word__media__1=image.getvalue(),
        )

    report = found(tmp_path)

    assert {(one["kind"], one["value"][:19]) for one in report["marks"]} == {
        ("author", "示范编制人甲"),
        ("created", "2026-03-01T02:03:04"),
        ("custom", "软件锁号=K-77"),
        ("document_id", "00A1B2C3"),
        ("image", sha256(image.getvalue()).hexdigest()[:19]),
    }
    assert report["pairs"] == []


def a_pdf(file: Path, text: str, producer: str) -> None:
    file.parent.mkdir(exist_ok=True)
    make_pdf(file, title="示范技术标", paragraphs=[text], size_bytes=10_000)
    with pikepdf.open(file, allow_overwriting_input=True) as document:
        document.docinfo["/LockNumber"] = "K-88"
        document.docinfo["/Producer"] = producer
        document.save(file)


def test_text_and_properties_of_pdfs_are_found(tmp_path: Path) -> None:
    a_pdf(tmp_path / "甲" / "a.pdf", COPIED, "示范软件 1")
    a_pdf(tmp_path / "乙" / "b.pdf", COPIED, "示范软件 2")
    docx(tmp_path / "丙" / "c.docx", filler(1))

    report = found(tmp_path)

    assert [one["bids"] for one in report["pairs"]] == [["乙", "甲"]]
    assert report["pairs"][0]["passages"][0]["places"] == [
        {"document": "b.pdf", "page": 1},
        {"document": "a.pdf", "page": 1},
    ]
    assert ("custom", "LockNumber=K-88") in {(one["kind"], one["value"]) for one in report["marks"]}


def test_hostile_files_are_named_one_by_one_and_end_nothing(tmp_path: Path) -> None:
    docx(tmp_path / "甲" / "好.docx", COPIED)
    docx(tmp_path / "乙" / "好.docx", COPIED)
    bad = tmp_path / "乙"
    (bad / "截断.docx").write_bytes((bad / "好.docx").read_bytes()[:200])
    (bad / "空.pdf").write_bytes(b"")
    (bad / "假.pdf").write_bytes(b"%PDF-1.7 nothing")
    (bad / "程序.exe").write_bytes(b"MZ" + bytes(50))
    docx(bad / "实体.docx", "x", word__document_xml='<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>')
    docx(bad / "深.docx", "x", word__document_xml="<a>" * 300 + "</a>" * 300)
    docx(bad / "炸弹.docx", "x", word__document_xml=b"<a>" + bytes([32]) * (70 << 20) + b"</a>")
    with zipfile.ZipFile(bad / "别的.zip", "w") as archive:
        archive.writestr("a.txt", "nothing")
    (bad / "链接.txt").symlink_to("/etc/hostname")

    report = found(tmp_path)

    assert [one["bids"] for one in report["pairs"]] == [["乙", "甲"]]
    assert {one["file"]: one["why"] for one in report["unread"]} == {
        "截断.docx": "File is not a zip file",
        "空.pdf": "neither PDF nor DOCX, XLSX or text",
        "假.pdf": "Failed to load document (PDFium: Data format error).",
        "程序.exe": "neither PDF nor DOCX, XLSX or text",
        "实体.docx": "it declares a document type",
        "深.docx": "elements stand too deep in one another",
        "炸弹.docx": "it unpacks to more than it may",
        "别的.zip": "no document and no workbook in it",
    }


def test_regular_prices_are_told(tmp_path: Path) -> None:
    for number, name in enumerate(("甲", "乙", "丙")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "a.txt").write_text(filler(number))
    prices = tmp_path / "prices.json"
    prices.write_text('{"甲": 9382716, "乙": 9481481, "丙": 9580247}')

    report = found(tmp_path, "--prices", prices, "--ceiling-fen", "9876543")

    assert [one["kind"] for one in report["prices"]] == ["round_share_of_ceiling"]


@pytest.mark.parametrize("content", ["[1]", '{"甲": 1.5}', '{"甲": true}', "{", "[" * 100_000])
def test_prices_that_are_none_are_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / "prices.json").write_text(content)

    assert run(tmp_path, "--prices", tmp_path / "prices.json").exit_code == 2


def test_one_folder_too_many_files_and_too_many_parts_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    docx(tmp_path / "甲" / "a.docx", COPIED)
    assert run(tmp_path).exit_code == 2

    docx(tmp_path / "乙" / "a.docx", COPIED)
    monkeypatch.setattr(folder, "FILES_OF_A_BID_MAX", 0)
    assert run(tmp_path).exit_code == 2

    monkeypatch.setattr(office, "ENTRIES_MAX", 0)
    with pytest.raises(BadFile):
        read_office(tmp_path / "甲" / "a.docx", "a.docx")


def test_a_file_larger_than_the_limit_is_named(tmp_path: Path) -> None:
    file = tmp_path / "大.pdf"
    file.touch()
    os.truncate(file, (256 << 20) + 1)

    assert read_bid_file(file, "大.pdf").refused == "too large"
