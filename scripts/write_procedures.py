"""Write docs/procedures.md: every procedure, its rounds, and how its short play came out last.

`kaibiao demo --procedure NAME --folder FOLDER` plays one and leaves `summary.json` there;
`python -m scripts.write_procedures FOLDER...` takes the results over. A row whose procedure was not
played keeps what it says; a test keeps the other cells true.
"""

import json
import sys
from pathlib import Path
from typing import Any, Final

from clients.demo.results import SUMMARY
from clients.demo.scripts import SCRIPTS, Script
from tendering.procedures import procedure_of

ROOT: Final = Path(__file__).resolve().parents[1]
TARGET: Final = ROOT / "docs" / "procedures.md"
NOT_PLAYED: Final = "not yet"
_BEFALLS: Final = {
    "declines": "one declines its invitation",
    "loses_key": "one loses its key",
}
_HEAD: Final = """# Procedures, played

Every procedure is a file of [procedures](../tendering/procedures/__init__.py)
([0020](decisions/0020-procedures-are-rounds.md)). Each has a short play, with the parties of
`kaibiao demo` as processes of their own, from the draft to the signed contract, and the archive of
every round is verified offline:

    kaibiao demo --procedure competitive-negotiation

`make test` plays one of them beside the demonstration, `make campaign` all. The table is made by
`python -m scripts.write_procedures FOLDER...` from what the plays leave in their folders; seconds
are of two cores that had much other work.

| procedure | law | rounds | played | result |
|---|---|---|---|---|
"""


def main() -> None:
    """Write the table, with the results of the folders that are named."""
    read = [json.loads((Path(name) / SUMMARY).read_text()) for name in sys.argv[1:]]
    told = known() | {one["procedure"]: _result(one) for one in read}
    TARGET.write_text(page(told), encoding="utf-8")


def page(results: dict[str, str]) -> str:
    """The whole page. `results` by procedure; one that is missing was not played."""
    lines = [
        " | ".join([*_cells(name, script), results.get(name, NOT_PLAYED)])
        for name, script in SCRIPTS.items()
    ]
    return _HEAD + "".join(f"| {line} |\n" for line in lines)


def known() -> dict[str, str]:
    """The results that the page says now, by procedure."""
    found = {}
    for line in TARGET.read_text(encoding="utf-8").splitlines() if TARGET.exists() else []:
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        name = cells[0].partition(" ")[0].strip("`")
        if name in SCRIPTS:
            found[name] = cells[-1]
    return found


def _cells(name: str, script: Script) -> list[str]:
    procedure = procedure_of(name)
    return [
        f"`{name}` {procedure.title}",
        procedure.law,
        "; ".join(round_.title for round_ in procedure.rounds),
        _played(script),
    ]


def _played(script: Script) -> str:
    told = [f"{script.bidders} bidders" if script.bidders > 1 else "one supplier"]
    told += [_BEFALLS[part] for _, part in sorted(script.parts.items())]
    if script.rejected:
        told.append(f"{script.rejected} is not admitted")
    if script.disputed:
        told.append("an objection to the documents, one to the result, and a complaint")
    if script.award_method:
        told.append("the entity chooses among the candidates (评定分离)")
    return ", ".join(told)


def _result(summary: dict[str, Any]) -> str:
    verdicts = "; ".join(one["verdict"].rpartition("/")[2].strip() for one in summary["archives"])
    return f"{verdicts}; {summary['seconds']} s"


if __name__ == "__main__":
    main()
