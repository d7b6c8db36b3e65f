"""The demonstration's PDF files have the wanted size and are whole."""

import subprocess
from pathlib import Path

import pytest

from clients.demo.pdf_maker import make_pdf


@pytest.mark.parametrize("size", [100_000, 1_000_000, 5_000_000])
def test_a_file_has_about_the_wanted_size(tmp_path: Path, size: int) -> None:
    file = tmp_path / "a.pdf"

    written = make_pdf(file, title="示范", paragraphs=["示范文件"] * 40, size_bytes=size)

    assert written == file.stat().st_size
    assert abs(written - size) < 5_000


@pytest.mark.needs("pdfinfo")
def test_other_programs_read_it(tmp_path: Path) -> None:
    file = tmp_path / "a.pdf"
    make_pdf(file, title="示范", paragraphs=["示范文件"] * 40, size_bytes=3_000_000)

    told = subprocess.run(["pdfinfo", file], capture_output=True, text=True, check=True)

    assert "Pages:           4" in told.stdout
    assert told.stderr == ""
