"""What the bidder means to hand in: `bid.toml`, parsed once into values.

tender = "6f0c1f5e-…"
lot = "1"

[qualification]
files = ["资格文件.pdf"]
objective = { credit = "8.00" }

[technical]
files = ["技术文件.pdf"]

[price]
files = ["报价文件.pdf"]
bill = "已标价工程量清单.xlsx"  # only where the lot has a bill of quantities
price = "128.5 万元"
duration_days = 471
quality = "合格"
project_manager = "…"

[consortium]  # only where several bid together
agreement = "联合体协议书.pdf"  # one of the files above
members = [
    { uscc = "…", name = "…" },  # the first is the lead, who hands in
    { uscc = "…", name = "…" },
]

A round of a procedure that asks for fewer envelopes has fewer sections.
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from stdnum.cn import uscc as codes

from clients.bundling import EnvelopeContent
from crypto.canonical import JsonValue
from tendering.domain.consortia import MEMBERS_MAX
from tendering.domain.tender import ENVELOPES, Tender

PLAN: Final = "bid.toml"
PLAN_BYTES_MAX: Final = 1 << 20
FEN: Final = {"元": Decimal(100), "万元": Decimal(1_000_000)}
FEN_MAX: Final = 2**53 - 1

_PRICE: Final = re.compile(r"([0-9][0-9,]*(?:\.[0-9]+)?) *(元|万元)")
_TOP: Final = frozenset({"tender", "lot", "consortium", *ENVELOPES})
_MEMBERS: Final = {
    "qualification": frozenset({"files", "objective"}),
    "technical": frozenset({"files"}),
    "price": frozenset({"files", "bill", "price", "duration_days", "quality", "project_manager"}),
}


class PlanInvalid(Exception):
    """`bid.toml` does not say what is to be handed in; the text says where."""


@dataclass(frozen=True, slots=True)
class BidPlan:
    """A bid as it is meant. `files` are paths of each envelope, in their order.

    `bill`: the priced bill of quantities as a spreadsheet; see `bills.with_bill`.
    """

    tender_id: UUID
    lot: str
    files: Mapping[str, tuple[Path, ...]]
    forms: Mapping[str, Mapping[str, JsonValue]]
    bill: Path | None = None

    @property
    def contents(self) -> list[EnvelopeContent]:
        """The envelopes, as the sealer takes them."""
        return [
            EnvelopeContent(kind, self.forms[kind], files) for kind, files in self.files.items()
        ]


@dataclass(frozen=True, slots=True)
class Subject:
    """What a bid is for."""

    tender_id: UUID
    lot: str


def read_plan_text(folder: Path) -> bytes:
    """What bid.toml in `folder` holds. Raises OSError, PlanInvalid."""
    with (folder / PLAN).open("rb") as stream:
        text = stream.read(PLAN_BYTES_MAX + 1)
    if len(text) > PLAN_BYTES_MAX:
        raise PlanInvalid(f"{PLAN} 过大")
    return text


def parse_subject(text: bytes) -> Subject:
    """What a `bid.toml` is for, be the rest of it filled in or not. Raises PlanInvalid."""
    value = _parsed(text)
    return Subject(_tender(value), _text(value, "lot", ""))


def parse_plan(text: bytes, folder: Path) -> BidPlan:
    """The plan that a `bid.toml` describes; its paths lead from `folder`. Raises PlanInvalid."""
    value = _parsed(text)
    _only(value, _TOP, "")
    sections = {kind: _table(value, kind) for kind in ENVELOPES if kind in value}
    if not sections:
        raise PlanInvalid(f"缺少 {'、'.join(f'[{kind}]' for kind in ENVELOPES)}")
    for kind, section in sections.items():
        _only(section, _MEMBERS[kind], f"[{kind}] ")
    files = {kind: _files(section, kind, folder) for kind, section in sections.items()}
    forms = {kind: _form(kind, section) for kind, section in sections.items()}
    if "consortium" in value:
        # It stands in the first envelope, where the opening looks for it.
        first = next(iter(sections))
        forms[first] |= {"consortium": _consortium(_table(value, "consortium"), files[first])}
    price = sections.get("price", {})
    bill = folder / _text(price, "bill", "[price] ") if "bill" in price else None
    return BidPlan(_tender(value), _text(value, "lot", ""), files, forms, bill)


def require_envelopes(plan: BidPlan, tender: Tender) -> None:
    """The plan has the envelopes that the tender's round asks for. Raises PlanInvalid."""
    wanted = tender.round.envelopes
    if tuple(plan.files) != wanted:
        raise PlanInvalid(f"本项目要求的信封是 {'、'.join(f'[{kind}]' for kind in wanted)}")


def parse_price(text: str) -> int:
    """A price in fen. The unit must be written, 元 or 万元. Raises PlanInvalid.

    The commonest slip is 元 written where 万元 was meant, so a bare number is refused.
    """
    found = _PRICE.fullmatch(text.strip())
    if found is None:
        raise PlanInvalid(f'[price] price = {text!r}: 请写明数字和单位,例如 "128.5 万元"')
    digits, unit = found.groups()
    fen = Decimal(digits.replace(",", "")) * FEN[unit]
    if fen != fen.to_integral_value() or not 0 < fen <= FEN_MAX:
        raise PlanInvalid(f"[price] price = {text!r}: 报价必须大于零,最小单位为分")
    return int(fen)


def plan_template(tender: Tender, lot: str) -> str:
    """A `bid.toml` to be filled in for one lot of a tender."""
    criteria = tender.method.get("criteria", ())
    assert isinstance(criteria, list | tuple)
    objective = [
        str(one["id"])
        for one in criteria
        if isinstance(one, dict) and one.get("kind") == "objective"
    ]
    declared = ", ".join(f'{name} = ""' for name in objective)
    ceiling = Decimal(tender.lot(lot).ceiling_price_fen) / FEN["元"]
    bill = "" if tender.lot(lot).bill is None else '\nbill = "已标价工程量清单.xlsx"'
    sections = {
        "qualification": f"""
[qualification]  # 资格与商务文件
files = ["资格文件.pdf"]
objective = {{ {declared} }}
""",
        "technical": """
[technical]  # 技术文件
files = ["技术文件.pdf"]
""",
        "price": f"""
[price]  # 报价文件和开标一览表;最高投标限价 {ceiling} 元
files = ["报价文件.pdf"]{bill}
price = ""  # 写明单位: "1285000.00 元" 或 "128.5 万元"
duration_days = 0
quality = "合格"
project_manager = ""
""",
    }
    return f"""\
# 投标文件清单。文件路径从本文件所在文件夹算起。What is to be handed in; paths from this folder.
tender = "{tender.id}"
lot = "{lot}"
""" + "".join(sections[kind] for kind in tender.round.envelopes)


def _parsed(text: bytes) -> dict[str, Any]:
    try:
        return tomllib.loads(text.decode("utf-8"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise PlanInvalid(f"{PLAN} 不是有效的 TOML: {error}") from error


def _form(kind: str, section: Mapping[str, Any]) -> dict[str, JsonValue]:
    if kind == "qualification":
        return {"objective": _objective(section)}
    return _price_form(section) if kind == "price" else {}


def _consortium(section: Mapping[str, Any], files: tuple[Path, ...]) -> dict[str, JsonValue]:
    """Two members at least, the first of whom leads; its agreement is among the files."""
    _only(section, frozenset({"agreement", "members"}), "[consortium] ")
    agreement = _text(section, "agreement", "[consortium] ")
    if agreement not in {file.name for file in files}:
        raise PlanInvalid(f"[consortium] agreement: 第一个信封的文件中没有 {agreement}")
    listed = section.get("members")
    if not isinstance(listed, list) or len(listed) < 2 or len(listed) > MEMBERS_MAX:  # noqa: PLR2004
        raise PlanInvalid("[consortium] members: 联合体至少有两个成员")
    members: list[JsonValue] = []
    for one in listed:
        if not isinstance(one, dict):
            raise PlanInvalid("[consortium] members: 每个成员写明 uscc 和 name")
        _only(one, frozenset({"uscc", "name"}), "[consortium] ")
        code = _text(one, "uscc", "[consortium] ")
        if not codes.is_valid(code):
            raise PlanInvalid(f"[consortium] {code!r} 不是统一社会信用代码")
        members.append({"uscc": code, "name": _text(one, "name", "[consortium] ")})
    lead = _text(listed[0], "uscc", "[consortium] ")
    return {"lead": lead, "members": members, "agreement": agreement}


def _price_form(section: Mapping[str, Any]) -> dict[str, JsonValue]:
    duration = section.get("duration_days")
    if not isinstance(duration, int) or isinstance(duration, bool) or duration <= 0:
        raise PlanInvalid("[price] duration_days 必须是大于零的整数(天)")
    return {
        "price_fen": parse_price(_text(section, "price", "[price] ")),
        "duration_days": duration,
        "quality": _text(section, "quality", "[price] "),
        "project_manager": _text(section, "project_manager", "[price] "),
    }


def _objective(section: Mapping[str, Any]) -> dict[str, JsonValue]:
    claims = section.get("objective", {})
    if not isinstance(claims, dict):
        raise PlanInvalid("[qualification] objective 必须是表")
    for name, points in claims.items():
        if not isinstance(points, str) or not re.fullmatch(r"[0-9]+(\.[0-9]+)?", points):
            raise PlanInvalid(f'[qualification] objective.{name} 必须写成文字的数,例如 "8.00"')
    return dict(claims)


def _files(section: Mapping[str, Any], kind: str, folder: Path) -> tuple[Path, ...]:
    names = section.get("files")
    if not isinstance(names, list) or not names or not all(isinstance(one, str) for one in names):
        raise PlanInvalid(f"[{kind}] files 必须列出至少一个文件")
    return tuple(folder / name for name in names)


def _tender(value: Mapping[str, Any]) -> UUID:
    try:
        return UUID(_text(value, "tender", ""))
    except ValueError as error:
        raise PlanInvalid("tender 必须是招标项目的编号(UUID)") from error


def _table(value: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    table = value.get(name)
    if not isinstance(table, dict):
        raise PlanInvalid(f"缺少 [{name}]")
    return table


def _text(value: Mapping[str, Any], name: str, where: str) -> str:
    text = value.get(name)
    if not isinstance(text, str) or not text.strip():
        raise PlanInvalid(f"{where}{name} 未填写")
    return text


def _only(value: Mapping[str, Any], known: frozenset[str], where: str) -> None:
    unknown = sorted(set(value) - known)
    if unknown:
        raise PlanInvalid(f"{where}不认识的项目: {', '.join(unknown)}")
