"""Files without what their software wrote into them; what cannot be cleaned is refused."""

import zipfile
from pathlib import Path

import pytest

from tendering.bid_reading.anonymizing import anonymize
from tendering.bid_reading.office import BadFile, read_office

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
BY = 'w:author="示范编制人甲"'
PARTS = {
    "word/document.xml": (
        f'<w:document xmlns:w="{W}"><w:body><w:p w:rsidR="00A1B2C3"><w:ins {BY}>'
        "<w:r><w:t>施工方案</w:t></w:r></w:ins></w:p></w:body></w:document>"
    ),
    "word/comments.xml": f'<w:comments><w:comment {BY} w:initials="甲"/></w:comments>',
    "word/settings.xml": (
        f'<w:settings xmlns:w="{W}"><w:rsids><w:rsidRoot w:val="1"/></w:rsids></w:settings>'
    ),
    "docProps/core.xml": '<a xmlns:dc="d"><dc:creator>示范编制人甲</dc:creator></a>',
    "docProps/app.xml": "<a><Company>示范建设</Company></a>",
    "docProps/custom.xml": '<a><property name="软件锁号"><lpwstr>K-77</lpwstr></property></a>',
}


def packed(file: Path, parts: dict[str, str], *, twice: bool = False) -> Path:
    with zipfile.ZipFile(file, "w") as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
        if twice:
            with pytest.warns(UserWarning, match="Duplicate"):
                archive.writestr(next(iter(parts)), "")
    return file


def test_a_word_file_keeps_its_text_and_loses_its_makers(tmp_path: Path) -> None:
    given, clean = packed(tmp_path / "甲.docx", PARTS), tmp_path / "clean"

    assert anonymize(given, clean) == ".docx"

    pages, marks = read_office(clean, "1.docx")
    assert ("".join(pages).strip(), marks) == ("施工方案", [])
    with zipfile.ZipFile(clean) as archive:
        content = b"".join(archive.read(name) for name in archive.namelist())
        assert {entry.date_time[0] for entry in archive.infolist()} == {1980}
    for trace in ("示范编制人甲", "示范建设", "K-77", "00A1B2C3", "rsid"):
        assert trace.encode() not in content


def test_text_stays_as_it_is_and_what_cannot_be_cleaned_is_refused(tmp_path: Path) -> None:
    text = tmp_path / "方案.TXT"
    text.write_text("方案", "utf-8")
    assert anonymize(text, tmp_path / "clean") == ".txt"
    assert (tmp_path / "clean").read_text("utf-8") == "方案"
    hostile = [
        packed(tmp_path / "no.zip", {"a": "b"}),
        packed(tmp_path / "twice.docx", PARTS, twice=True),
        packed(tmp_path / "inside.docx", PARTS | {"word/embeddings/x.bin": "x"}),
        tmp_path / "cut.pdf",
        tmp_path / "cut.docx",
        tmp_path / "page.html",
    ]
    for file, content in zip(hostile[3:], (b"%PDF-1.7\n", b"PK\x03\x04", b"<p>"), strict=True):
        file.write_bytes(content)
    for file in hostile:
        with pytest.raises(BadFile):
            anonymize(file, tmp_path / "clean")
