"""What `kaibiao boq check` prints: what was read, each bid's findings, what bids share."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from clients.bill_clearing import ClearedFiles, columns_said
from clients.score_text import printable
from tendering.domain.quantities.findings import Findings

LISTED_MAX: Final = 20
_ZH: Final = {
    "read": "读取",
    "skipped": "未读",
    "tender": "招标清单",
    "total": "清单合计{total}元，建议修正价{price}元，暂列金额与专业工程暂估价{fixed}元",
    "row": "{sheet}第{row}行",
    "more": "（共{count}处，列出前{listed}处）",
    "evidence": "共同点（线索，不是结论）",
    "none": "未发现需要核实的问题",
}
_EN: Final = {
    "read": "Read",
    "skipped": "not read",
    "tender": "Tender's bill",
    "total": "lines come to {total}, suggested price {price}, fixed by the tender {fixed} yuan",
    "row": "{sheet} row {row}",
    "more": "({count} in all, the first {listed} listed)",
    "evidence": "In common (evidence, not a verdict)",
    "none": "Nothing to look at",
}


def clearing_lines(cleared: ClearedFiles, language: str) -> Iterator[str]:
    """The report line by line. Names come from files: what cannot be printed is replaced."""
    for line in _lines(cleared, language, _EN if language == "en" else _ZH):
        yield printable(line)


def _lines(cleared: ClearedFiles, language: str, words: dict[str, str]) -> Iterator[str]:
    report = cleared.report
    for name, tables in cleared.tables.items():
        yield f"{words['read']} {Path(name).name}"
        for table in tables:
            columns = ", ".join(f"{key}={said}" for key, said in columns_said(table).items())
            yield f"  {table.sheet}: {table.subject or words['skipped']}  {columns}"
    if report.tender.counts:
        yield words["tender"]
        yield from _findings(report.tender, language, words)
    for one in report.bids:
        yield one.bid
        yield "  " + words["total"].format(
            total=f"{one.total:f}",
            price=_yuan(one.correction.price_fen),
            fixed=_yuan(sum(one.fixed_fen.values())),
        )
        for step in one.correction.steps:
            yield f"  {step.said(language)}"
        if not one.findings.counts:
            yield f"  {words['none']}"
        yield from _findings(one.findings, language, words)
    if report.evidence:
        yield words["evidence"]
    for found in report.evidence:
        yield f"  {found.kind} {', '.join(found.bids)}: {found.words.said(language)}"
        for example in found.examples[:3]:
            yield f"    {example}"


def _findings(findings: Findings, language: str, words: dict[str, str]) -> Iterator[str]:
    for kind, count in findings.counts.items():
        of_kind = [one for one in findings.listed if one.kind == kind][:LISTED_MAX]
        more = words["more"].format(count=count, listed=len(of_kind))
        yield f"  {kind}" + (f" {more}" if count > len(of_kind) else "")
        for one in of_kind:
            place = words["row"].format(sheet=one.sheet, row=one.row) if one.row else ""
            said = f"{place} {one.item}: {one.words.said(language)}"
            yield f"    {said.lstrip(' :')}"


def _yuan(fen: int) -> str:
    return f"{fen // 100}.{fen % 100:02}"
