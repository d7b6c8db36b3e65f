"""Who a bidder is, searched for in documents that shall not tell it (暗标).

Names, credit codes, legal persons and project managers of every bidder, as they are written with
any spacing, width or case. What is found is a question to a person, never a verdict: a name may be
that of a street.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from crypto.canonical import JsonValue

LEAKS_MAX: Final = 200
EXCERPT: Final = 12
SHORT_NAME_MIN: Final = 4
# What a form calls the people of a bidder.
PEOPLE: Final = ("legal_person", "legal_representative", "project_manager")
_COMPANY: Final = re.compile(r"(股份|集团|有限|责任|公司|控股)+$")
_SPACE: Final = re.compile(r"\s+")
PERSON_MIN: Final = 2


@dataclass(frozen=True, slots=True)
class Words:
    """What tells who a bidder is: kind (name, short_name, uscc, or a key of PEOPLE) and text."""

    own: tuple[tuple[str, str], ...]
    others: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Text:
    """A page (from 1; 0: the file's properties) of a file of the edition."""

    file: int
    page: int
    text: str


@dataclass(frozen=True, slots=True)
class FoundLeak:
    """Where a word stands. `about`: own, or other where it is another bidder's."""

    file: int
    page: int
    kind: str
    about: str
    excerpt: str


def words_of(
    name: str, uscc: str, forms: Iterable[Mapping[str, JsonValue]]
) -> tuple[tuple[str, str], ...]:
    """The words that tell who a bidder is."""
    words = [("name", name), ("uscc", uscc)]
    short = _COMPANY.sub("", name)
    if short != name and len(short) >= SHORT_NAME_MIN:
        words.append(("short_name", short))
    for form in forms:
        for key in PEOPLE:
            value = form.get(key)
            if isinstance(value, str) and len(folded(value)) >= PERSON_MIN:
                words.append((key, value))
    return tuple(dict.fromkeys(word for word in words if word[1]))


def leaks_in(texts: Sequence[Text], words: Words) -> tuple[FoundLeak, ...]:
    """Every word once a page, in order of files and pages; at most LEAKS_MAX."""
    wanted = [("own", kind, folded(word)) for kind, word in words.own]
    wanted += [("other", kind, folded(word)) for kind, word in words.others]
    found: list[FoundLeak] = []
    for one in texts:
        text = folded(one.text)
        for about, kind, word in wanted:
            at = text.find(word)
            # A short name inside the whole one is the same place.
            if at < 0 or (kind == "short_name" and _only_inside(text, word, wanted, about)):
                continue
            excerpt = text[max(0, at - EXCERPT) : at + len(word) + EXCERPT]
            found.append(FoundLeak(one.file, one.page, kind, about, excerpt))
    return tuple(found[:LEAKS_MAX])


def folded(text: str) -> str:
    """Text without white space, width and case."""
    return _SPACE.sub("", unicodedata.normalize("NFKC", text)).casefold()


def _only_inside(text: str, short: str, wanted: Sequence[tuple[str, str, str]], about: str) -> bool:
    names = [word for whose, kind, word in wanted if kind == "name" and whose == about]
    for name in names:
        text = text.replace(name, "")
    return short not in text
