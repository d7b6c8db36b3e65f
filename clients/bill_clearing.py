"""`kaibiao boq check`: files read, cleared, and what each sheet was taken for."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from clients.bill_files import read_bill_file
from crypto.canonical import JsonValue, parse
from tendering.domain.quantities.cells import cell_name
from tendering.domain.quantities.clearing import Clearing, PricedBid, clear, clearing_json
from tendering.domain.quantities.columns import Table
from tendering.domain.quantities.terms import Terms, parse_terms
from tendering.domain.refusals.tenders import BillInvalid

JSON_BYTES_MAX: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class ClearedFiles:
    """The report, and by file name what its sheets were taken for."""

    report: Clearing
    tables: dict[str, tuple[Table, ...]]


def clear_files(
    tender: Path, bids: Sequence[Path], terms: Path | None = None, opening: Path | None = None
) -> ClearedFiles:
    """Clear the files, one bid in memory at a time. Raises OSError, BillInvalid."""
    decided = Terms() if terms is None else parse_terms(_json(terms))
    totals = {} if opening is None else _totals(opening, bids)
    asked = read_bill_file(tender)
    tables = {str(tender): asked.tables}

    def priced() -> Iterator[PricedBid]:
        for path in bids:
            read = read_bill_file(path)
            tables[str(path)] = read.tables
            yield PricedBid(path.name, read.bill, totals.get(path.name))

    return ClearedFiles(clear(asked.bill, priced(), decided), tables)


def has_findings(cleared: ClearedFiles) -> bool:
    """Is there anything to look at?"""
    report = cleared.report
    return bool(
        report.tender.counts or report.evidence or any(one.findings.counts for one in report.bids)
    )


def cleared_json(cleared: ClearedFiles) -> dict[str, JsonValue]:
    """The report as JSON, with the columns that were guessed."""
    return clearing_json(cleared.report) | {
        "files": [
            {"file": Path(name).name, "sheets": [_table(table) for table in tables]}
            for name, tables in cleared.tables.items()
        ]
    }


def columns_said(table: Table) -> dict[str, str]:
    """Each field with its column's letters and header, and by what money is multiplied."""
    said = {}
    for name, column in table.columns.items():
        letters = cell_name(0, column)[:-1]
        factor = table.scale.get(name, 1)
        said[name] = f"{letters} {table.titles[name]}" + ("" if factor == 1 else f" ×{factor}")
    return said


def _table(table: Table) -> dict[str, JsonValue]:
    return {
        "sheet": table.sheet,
        "read_as": table.subject or None,
        "header_row": table.header_row,
        "columns": columns_said(table),
    }


def _totals(opening: Path, bids: Sequence[Path]) -> dict[str, int]:
    """Fen by file name; every bid must be there, and nobody else."""
    value = _json(opening)
    names = {path.name for path in bids}
    if not isinstance(value, dict) or set(value) != names:
        raise BillInvalid("opening: one total in fen for each bid's file name", where="opening")
    totals = {}
    for name, fen in value.items():
        if isinstance(fen, bool) or not isinstance(fen, int) or fen < 0:
            raise BillInvalid(f"opening.{name}: a whole number of fen", where=f"opening.{name}")
        totals[name] = fen
    return totals


def _json(path: Path) -> JsonValue:
    with path.open("rb") as source:
        content = source.read(JSON_BYTES_MAX + 1)
    if len(content) > JSON_BYTES_MAX:
        raise BillInvalid(f"{path.name}: more than {JSON_BYTES_MAX} bytes", where=path.name)
    try:
        return parse(content)
    except ValueError as error:
        raise BillInvalid(f"{path.name}: not JSON as asked for: {error}", where=path.name) from None
