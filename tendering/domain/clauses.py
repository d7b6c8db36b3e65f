"""Clauses that tender documents must not have: patterns with their law, from a rule file.

What a pattern finds is a question to a named person, not a verdict: only somebody who reads the
passage can say whether it keeps bidders out.
"""

import re
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from tendering.domain.document_text import DocumentText
from tendering.domain.refusals.rules import RulebookInvalid

SEVERITIES: Final = ("block", "warn")
FOUND_MAX: Final = 20
_MEMBERS: Final = {"id", "law", "severity", "verified", "patterns", "unless", "zh", "en"}


@dataclass(frozen=True, slots=True)
class Clause:
    """One kind of clause. `regime` is empty where it is of both."""

    id: str
    law: str
    severity: str
    verified: bool
    regime: str
    patterns: tuple[re.Pattern[str], ...]
    unless: tuple[re.Pattern[str], ...]
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Clauses:
    """The rule file: `digest` is the SHA-256 of its text, hex."""

    version: str
    digest: str
    clauses: tuple[Clause, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands in a document: page from 1, and the passage."""

    page: int
    passage: str


def load_clauses(text: str) -> Clauses:
    """Read a rule file. Raises RulebookInvalid, naming the clause."""
    try:
        file = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise RulebookInvalid(f"clauses: {error}") from error
    read = tuple(_clause(one) for one in file.get("clause", []))
    if not read or len({one.id for one in read}) != len(read):
        raise RulebookInvalid("clauses: none, or one twice")
    version = str(file.get("version", ""))
    return Clauses(version, sha256(text.encode()).hexdigest(), read)


def clause_places(
    document: DocumentText, clauses: Clauses, regime: str
) -> Iterator[tuple[Clause, Place]]:
    """Each place that some clause matches, at most FOUND_MAX a clause."""
    for clause in clauses.clauses:
        if clause.regime in {"", regime}:
            yield from ((clause, place) for place in _places(document, clause))


def _places(document: DocumentText, clause: Clause) -> Sequence[Place]:
    found: dict[int, Place] = {}
    for pattern in clause.patterns:
        for match in pattern.finditer(document.text):
            sentence = document.sentence(*match.span())
            if any(one.search(sentence) for one in clause.unless):
                continue
            place = Place(document.page_of(match.start()), document.passage(*match.span()))
            # Two patterns over one passage are one finding.
            near = any(abs(at - match.start()) < len(match.group()) for at in found)
            if not near:
                found[match.start()] = place
            if len(found) >= FOUND_MAX:
                break
    return [place for _, place in sorted(found.items(), key=lambda item: item[0])][:FOUND_MAX]


def _clause(entry: dict[str, object]) -> Clause:
    name = str(entry.get("id", "?"))
    if not isinstance(entry.get("verified"), bool) or set(entry) - {"regime"} != _MEMBERS:
        raise RulebookInvalid(f"clause {name}: not the members of a clause")
    if entry["severity"] not in SEVERITIES:
        raise RulebookInvalid(f"clause {name}: severity is one of {SEVERITIES}")
    patterns = _compiled(name, entry["patterns"])
    if not patterns:
        raise RulebookInvalid(f"clause {name}: no pattern")
    return Clause(
        id=name,
        law=str(entry["law"]),
        severity=str(entry["severity"]),
        verified=bool(entry["verified"]),
        regime=str(entry.get("regime", "")),
        patterns=patterns,
        unless=_compiled(name, entry["unless"]),
        zh=str(entry["zh"]),
        en=str(entry["en"]),
    )


def _compiled(name: str, patterns: object) -> tuple[re.Pattern[str], ...]:
    if not isinstance(patterns, list):
        raise RulebookInvalid(f"clause {name}: patterns are a list")
    try:
        return tuple(re.compile(str(one)) for one in patterns)
    except re.error as error:
        raise RulebookInvalid(f"clause {name}: {error}") from error
