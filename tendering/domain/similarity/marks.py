"""Marks that files and machines leave: authors, software, identifiers, times, pictures, addresses.

A mark that several bids share is a question to them, with the file it stands in. What the tender's
own files carry, its templates above all, says nothing; nor does what more than half of the bids
have. 招标投标法实施条例 第四十条 (一): made by the same unit or person counts as collusion.
Whether it was, people decide.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from tendering.domain.methods.words import Words
from tendering.domain.similarity.comparing import common_from

MARKS_MAX: Final = 5000
VALUE_MAX: Final = 300
EXAMPLES_MAX: Final = 20
STRONG: Final = "strong"
WEAK: Final = "weak"


@dataclass(frozen=True, slots=True)
class Mark:
    """One mark of a bid. `kind` is a key of KINDS; `where` the file, or the act, it comes from."""

    kind: str
    value: str
    where: str
    page: int | None = None


@dataclass(frozen=True, slots=True)
class SharedMark:
    """A mark that several bids have: each bid with where it stands there."""

    kind: str
    weight: str
    value: str
    bids: tuple[str, ...]
    places: tuple[tuple[str, str], ...]
    words: Words


KINDS: Final[dict[str, tuple[str, str, str]]] = {
    "file": (STRONG, "文件完全相同", "the same file"),
    "document_id": (
        STRONG,
        "文件内部编号相同（出自同一份原始文件）",
        "the same document identifier",
    ),
    "custom": (STRONG, "文件自定义属性相同（如机器码、软件锁号）", "the same custom property"),
    "device": (STRONG, "设备标识相同", "the same device"),
    "image": (STRONG, "图片完全相同", "the same picture"),
    "author": (STRONG, "作者相同", "the same author"),
    "last_author": (STRONG, "最后保存者相同", "last saved by the same person"),
    "company": (STRONG, "文件属性中的单位相同", "the same company in the properties"),
    "created": (STRONG, "创建时间完全相同", "created in the same second"),
    "modified": (WEAK, "最后修改时间完全相同", "last changed in the same second"),
    "address": (WEAK, "网络地址前缀相同", "the same prefix of network addresses"),
    "software": (WEAK, "制作软件相同", "the same software and version"),
}
"""Each kind of mark: what it weighs by itself, and its sentence in both languages."""

_NOBODY: Final = frozenset(
    {
        *("administrator", "admin", "user", "users", "author", "owner", "pc", "hp", "lenovo"),
        *("dell", "asus", "acer", "windows", "windows user", "microsoft", "microsoft office user"),
        *(
            "office",
            "wps",
            "wps office",
            "kingsoft",
            "unknown",
            "python-docx",
            "openpyxl",
            "apache",
        ),
        *("apache poi", "anonymous", "guest", "default", "test", "china", "微软用户", "微软中国"),
        *("用户", "管理员", "匿名", "未知", "作者", "雨林木风", "深度技术", "番茄花园", "系统之家"),
    }
)
"""Names that an installation gives to everybody: they say nothing about who wrote a file."""

# When the templates of Excel, openpyxl and python-docx were made: every file made of them says so.
_TEMPLATES: Final = frozenset(
    {"2006-09-16t00:00:00z", "2006-09-13t11:21:51z", "2013-12-23t23:15:00z"}
)
_BY_DEFAULT: Final = {
    "author": _NOBODY,
    "last_author": _NOBODY,
    "company": _NOBODY,
    "created": _TEMPLATES,
}


def shared_marks(
    bids: Sequence[tuple[str, Sequence[Mark]]], tender: Iterable[Mark] = ()
) -> tuple[SharedMark, ...]:
    """Marks that two or more bids have, strong ones first. `bids`: names with their marks.

    A name that every installation gives is weak; of each bid MARKS_MAX marks are looked at.
    """
    own = {(mark.kind, _folded(mark.value)) for mark in tender}
    holders: defaultdict[tuple[str, str], dict[str, list[Mark]]] = defaultdict(dict)
    for bid, marks in bids:
        for mark in marks[:MARKS_MAX]:
            key = mark.kind, _folded(mark.value)
            if key[1] and key not in own:
                holders[key].setdefault(bid, []).append(mark)
    limit = common_from(len(bids))
    found = [
        _shared(kind, by_bid)
        for (kind, _), by_bid in holders.items()
        if len(by_bid) > 1 and (len(by_bid) < limit or kind in {"file", "document_id", "device"})
    ]
    order = list(KINDS)
    return tuple(
        sorted(
            found,
            key=lambda one: (one.weight != STRONG, order.index(one.kind), one.bids, one.value),
        )
    )


def _shared(kind: str, by_bid: dict[str, list[Mark]]) -> SharedMark:
    weight, zh, en = KINDS[kind]
    value = next(iter(by_bid.values()))[0].value[:VALUE_MAX]
    if _folded(value) in _BY_DEFAULT.get(kind, ()):
        weight = WEAK
        zh, en = f"{zh}，但这是软件常见的默认值", f"{en}, but everybody's by default"
    places = [(bid, _said(mark)) for bid, marks in by_bid.items() for mark in marks[:EXAMPLES_MAX]]
    shown = value if kind != "image" else value[:16]
    words = Words(f"{zh}：{shown}", f"{en}: {shown}")
    return SharedMark(kind, weight, value, tuple(sorted(by_bid)), tuple(places), words)


def _said(mark: Mark) -> str:
    return mark.where if mark.page is None else f"{mark.where} p.{mark.page}"


def _folded(value: str) -> str:
    return " ".join(value.split()).casefold()
