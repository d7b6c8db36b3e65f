"""How a benchmark reports: a table for people, then one line of JSON for whoever keeps records.

A figure is worth something beside another one of the same machine and minute, so each row names its
ratio to the first row, the baseline.
"""

import json
import os
import platform
from collections.abc import Sequence
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table


@dataclass(frozen=True, slots=True)
class Row:
    """One contestant: its name and its figure in the unit of the report."""

    name: str
    figure: float


def report(name: str, *, unit: str, rows: Sequence[Row], ours: str) -> None:
    """Print the table, and as the last line the figure of the row `ours` with its ratio.

    `rows[0]` is the baseline. The last line is `{"name", "figure", "unit", "ratio", "machine"}`.
    """
    baseline = rows[0].figure
    table = Table(title=f"{name}, {unit}")
    table.add_column("")
    table.add_column(unit, justify="right")
    table.add_column("ratio", justify="right")
    for row in rows:
        table.add_row(row.name, f"{row.figure:,.1f}", f"{row.figure / baseline:.2f}")
    Console().print(table)
    figure = next(row.figure for row in rows if row.name == ours)
    machine = f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    line = {
        "name": name,
        "figure": round(figure, 3),
        "unit": unit,
        "ratio": round(figure / baseline, 3),
        "machine": machine,
    }
    print(json.dumps(line))
