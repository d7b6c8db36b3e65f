"""Write docs/tender-life.svg and docs/tender-life.md: the life of a tender, drawn from TRANSITIONS.

`python -m scripts.write_life`. The drawing is made of the table by which the platform decides, so
that it cannot say anything else; a test says whether it is current.
"""

from pathlib import Path
from typing import Final
from xml.sax.saxutils import escape

from tendering.domain.tender import TRANSITIONS, TenderStatus

ROOT: Final = Path(__file__).resolve().parents[1]
DRAWING: Final = ROOT / "docs" / "tender-life.svg"
PAGE: Final = ROOT / "docs" / "tender-life.md"

S = TenderStatus
# Each status as it is called, and what brings a tender into it.
SAID: Final = {
    S.DRAFT: ("起草", "the procuring entity drafts it; key holders announce keys"),
    S.PUBLISHED: ("公告，接收投标", "the notice is signed and published; bids are taken"),
    S.OPENING: ("开标", "deadline and drain have passed, and no lot has too few bids alone"),
    S.OPENED: ("开标结束", "the record of every opened lot is signed"),
    S.EVALUATING: ("评标", "the first room opens for a drawn committee"),
    S.EVALUATED: ("评标结束", "the reports of all opened lots are signed"),
    S.CANDIDATES_PUBLISHED: ("公示中标候选人", "the candidates of a lot are on display"),
    S.AWARDED: ("定标", "every lot with candidates has a winner; a ruling may void the award"),
    S.CONTINUED: ("进入下一轮", "the next round has begun, as a tender of its own"),
    S.FAILED: ("招标失败", "too few, all rejected, or so ruled; it may be tendered again"),
    S.TERMINATED: ("终止", "who runs it ends it for a cause of the law"),
}
MAIN: Final = tuple(one for one in SAID if one not in {S.CONTINUED, S.FAILED, S.TERMINATED})
SIDE: Final = {S.TERMINATED: 20, S.CONTINUED: 560, S.FAILED: 800}
BOX: Final = (190, 44)
_LEFT: Final = 300
_STEP: Final = 84
_TOP: Final = 20
_STYLE: Final = (
    "text{font:14px sans-serif;text-anchor:middle;fill:#222}"
    ".zh{font-weight:bold}rect{fill:#fff;stroke:#345;stroke-width:1.5;rx:8}"
    ".end{fill:#eef1f4}path{fill:none;stroke:#345;stroke-width:1.3;marker-end:url(#a)}"
)
_HEAD: Final = """# The life of a tender

Drawn by `python -m scripts.write_life` from
[`TRANSITIONS`](../tendering/domain/tender.py#TRANSITIONS): what is not in it does not happen.

![The statuses of a tender and the ways between them](tender-life.svg)

Beside its status a tender may stand still, over an objection or a complaint, from its notice to its
end ([`Suspension`](../tendering/domain/suspension.py#Suspension)): every deed is refused then, what
the law wants meanwhile goes on, and the windows that the pause cuts into get their time back.

| status | 中文 | what brings a tender there | where it leads |
|---|---|---|---|
"""


def main() -> None:
    """Write both files."""
    DRAWING.write_text(drawing(), encoding="utf-8")
    PAGE.write_text(page(), encoding="utf-8")


def page() -> str:
    """The page with the table."""
    rows = []
    for status, (name, why) in SAID.items():
        ways = ", ".join(f"`{to}`" for to in sorted(TRANSITIONS[status])) or "nowhere"
        rows.append(f"| `{status}` | {name} | {why} | {ways} |")
    return _HEAD + "\n".join(rows) + "\n"


def drawing() -> str:
    """The SVG: the way to the award from top to bottom, and the ways out at its sides."""
    height = _TOP * 2 + _STEP * len(MAIN)
    parts = [_box(status) for status in SAID]
    parts += [_way(status, to) for status in SAID for to in sorted(TRANSITIONS[status])]
    body = "\n".join(parts)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1010 {height}" role="img">\n'
        f"<style>{_STYLE}</style>\n"
        '<defs><marker id="a" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="7" '
        'markerHeight="7" orient="auto-start-reverse"><path d="M0 0 10 5 0 10z" '
        'style="fill:#345;marker-end:none"/></marker></defs>\n'
        f"{body}\n</svg>\n"
    )


def _place(status: TenderStatus) -> tuple[int, int]:
    """The upper left corner of a status."""
    if status in SIDE:
        return SIDE[status], _TOP + _STEP * (len(MAIN) - 1)
    return _LEFT, _TOP + _STEP * MAIN.index(status)


def _box(status: TenderStatus) -> str:
    x, y = _place(status)
    width, height = BOX
    style = "" if TRANSITIONS[status] else ' class="end"'
    return (
        f'<rect{style} x="{x}" y="{y}" width="{width}" height="{height}"/>'
        f'<text class="zh" x="{x + width // 2}" y="{y + 18}">{escape(SAID[status][0])}</text>'
        f'<text x="{x + width // 2}" y="{y + 36}">{escape(str(status))}</text>'
    )


def _way(status: TenderStatus, to: TenderStatus) -> str:
    """Down to the next, back up in a bow, or out to a side and down to an end."""
    (x, y), (width, height) = _place(status), BOX
    tox, toy = _place(to)
    middle = y + height // 2
    if to in MAIN and toy > y:
        return f'<path d="M{x + width // 2} {y + height}V{toy}"/>'
    if to in MAIN:
        return (
            f'<path d="M{x} {middle}C{x - 70} {middle} {x - 70} {toy + height // 2} '
            f'{tox} {toy + height // 2}"/>'
        )
    edge = x if tox < x else x + width
    down = tox + width // 2
    # Ways to different ends leave a box at different heights, and do not run over one another.
    lane = middle + {S.TERMINATED: 0, S.CONTINUED: 10, S.FAILED: -6}[to]
    if toy == y:
        below = y + height
        return f'<path d="M{x + width // 2} {below}V{below + 20}H{down}V{below}"/>'
    return f'<path d="M{edge} {lane}H{down}V{toy}"/>'


if __name__ == "__main__":
    main()
