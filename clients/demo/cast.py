"""Who plays in the demonstration. Nobody here exists: every name says 示范.

The unified social credit codes have right check digits and the region 000000, which is nowhere.
"""

import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from stdnum.cn import uscc as credit_code

from tendering.domain.roles import Role

BIDDERS: Final = 12
KEY_HOLDERS: Final = ("示范市公证处", "示范市公共资源交易中心", "示范市行政审批局")
INSURERS: Final = ("示范财产保险甲股份有限公司", "示范财产保险乙股份有限公司")
EXPERT_LIBRARY: Final = "示范市综合评标专家库"
HOST_SITE: Final = "示范市(主场)"
# Site, region that its experts come from, how many of them are in the pool and are seated.
SITES: Final = (
    (HOST_SITE, "510100", 4, 3),
    ("示范二市(副场)", "510300", 2, 1),
    ("示范三市(副场)", "510400", 2, 1),
)
SPECIALITY: Final = "A08-房屋建筑工程"
_STEMS: Final = "甲乙丙丁戊己庚辛壬癸"
_REGION: Final = "000000"
PASSWORD_BYTES: Final = 18


@dataclass(frozen=True, slots=True)
class Player:
    """An organization or a person who plays a part. `login` is also the name of its folder."""

    login: str
    name: str
    person: str
    role: Role
    uscc: str


@dataclass(frozen=True, slots=True)
class ExpertPlayer:
    """An expert of the pool, with the site where he or she would sit."""

    login: str
    name: str
    site: str
    region: str


def code(kind: str, number: int) -> str:
    """The credit code of the demonstration's organization `number`; `kind` is its first two."""
    body = f"{kind}{_REGION}{number:09d}"
    return body + str(credit_code.calc_check_digit(body))


def procuring_entity(name: str = "示范市教育局") -> Player:
    """Who buys."""
    return Player("entity", name, "示范经办人", Role.PROCURING_ENTITY, code("11", 1))


def agency() -> Player:
    """Who runs the tender for the procuring entity, and hosts opening and evaluation."""
    name = "示范招标代理有限公司"
    return Player("agency", name, "示范项目经理", Role.AGENCY, code("91", 2))


def supervisor() -> Player:
    """Who watches over the tender."""
    name = "示范市发展和改革委员会"
    return Player("supervisor", name, "示范监督员", Role.SUPERVISOR, code("11", 3))


def expert_library() -> Player:
    """Whose people the experts are."""
    return Player("library", EXPERT_LIBRARY, "示范专家库管理员", Role.EXPERT, code("12", 4))


def key_holders() -> list[Player]:
    """Any two of them open a bid whose bidder has lost its key."""
    return [
        Player(
            f"holder{number}",
            name,
            f"示范密钥管理员{number}",
            Role.KEY_HOLDER,
            code("12", 10 + number),
        )
        for number, name in enumerate(KEY_HOLDERS, start=1)
    ]


def insurers() -> list[Player]:
    """Who stands surety for bidders."""
    return [
        Player(
            f"insurer{number}", name, f"示范承保员{number}", Role.INSURER, code("91", 20 + number)
        )
        for number, name in enumerate(INSURERS, start=1)
    ]


def venue_operator() -> Player:
    """Whose rooms the experts of a guest site would sit in."""
    name = "示范二市公共资源交易中心(副场)"
    return Player("venue", name, "示范场地管理员", Role.VENUE_OPERATOR, code("12", 5))


def bidders(count: int = BIDDERS) -> list[Player]:
    """Who bids."""
    return [
        Player(
            f"bidder{number:02d}",
            f"示范建设{number:02d}有限公司",
            f"示范投标人{number:02d}",
            Role.BIDDER,
            code("91", 100 + number),
        )
        for number in range(1, count + 1)
    ]


def experts() -> Iterator[ExpertPlayer]:
    """The pool: more experts than seats, so that the draw decides something."""
    number = 0
    for site, region, in_pool, _ in SITES:
        for _ in range(in_pool):
            stem = _STEMS[number]
            number += 1
            yield ExpertPlayer(f"expert{number}", f"示范专家{stem}", site, region)


def fresh_password() -> str:
    """A password that nobody can guess: the demonstration may listen on a network."""
    return secrets.token_urlsafe(PASSWORD_BYTES)
