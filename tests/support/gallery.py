"""The pictures that browser tests took, by role and language, as one page to look through.

Beside each picture stands what axe said of the page: `NAME.json` with violations, what axe
could not decide, and how many of its rules passed.
"""

import html
import json
import os
from pathlib import Path
from typing import Any, Final

_HEAD: Final = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Pages by role and language</title><style>
body { font-family: system-ui, sans-serif; margin: 24px; }
ul { list-style: none; padding: 0; display: grid; gap: 16px;
  grid-template-columns: repeat(auto-fill, minmax(300px, 1fr)); }
img { width: 100%; max-height: 420px; object-fit: cover; object-position: top;
  border: 1px solid #bbb; }
.bad { color: #a3231b; font-weight: 700; }
</style></head><body><h1>Pages by role and language</h1>
"""


def keep_findings(path: Path, found: dict[str, Any]) -> None:
    """What axe found on a page, beside its picture."""
    kept = {
        "violations": found["violations"],
        "incomplete": [
            {"id": one["id"], "impact": one["impact"], "nodes": len(one["nodes"])}
            for one in found["incomplete"]
        ],
        "passes": len(found["passes"]),
    }
    path.write_text(json.dumps(kept, ensure_ascii=False, indent=1))


def write_index(folder: Path) -> None:
    """`index.html` over all pictures below the folder; several processes may write it at once."""
    lines = [_HEAD]
    for group in sorted({picture.parent for picture in folder.rglob("*.png")}):
        pictures = sorted(group.glob("*.png"))
        title = html.escape(" · ".join(group.relative_to(folder).parts))
        lines.append(f"<h2>{title} ({len(pictures)})</h2><ul>")
        lines += [_item(folder, picture) for picture in pictures]
        lines.append("</ul>")
    fresh = folder / f"index.{os.getpid()}"
    fresh.write_text("\n".join([*lines, "</body></html>\n"]))
    fresh.replace(folder / "index.html")


def _item(folder: Path, picture: Path) -> str:
    address = html.escape(str(picture.relative_to(folder)))
    name = html.escape(picture.stem)
    return (
        f'<li><a href="{address}"><img loading="lazy" src="{address}" alt="{name}"></a>'
        f"<div>{name} {_findings(folder, picture.with_suffix('.json'))}</div></li>"
    )


def _findings(folder: Path, file: Path) -> str:
    if not file.exists():
        return ""
    kept = json.loads(file.read_text())
    count, open_ = len(kept["violations"]), len(kept["incomplete"])
    told = f"axe: {count} violations, {open_} undecided, {kept['passes']} passed"
    address = html.escape(str(file.relative_to(folder)))
    return f'<a class="{"bad" if count else "good"}" href="{address}">{told}</a>'
