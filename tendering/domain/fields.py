"""Strict reading of a JSON object: every key asked for once, none left over.

The domain takes no decoder library; a rulebook, a method or a timetable that comes from a file or
a column passes through here and is a typed value afterwards, or a refusal that names the place.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Final

from tendering.domain.journal import parse_instant
from tendering.domain.refusals import Refused

_DECIMAL: Final = re.compile(r"-?(0|[1-9][0-9]{0,14})(\.[0-9]{1,12})?")


class Fields:
    """The members of one JSON object. `where` names it; `refusal` is raised for what is wrong."""

    def __init__(self, value: object, where: str, refusal: type[Refused]) -> None:
        """Refuse what is not an object."""
        self.where, self._refusal = where, refusal
        # Asking the abstract class takes ten times as long, and here it is nearly always a dict.
        if not isinstance(value, (dict, Mapping)):
            raise refusal(f"{where}: an object is expected", where=where)
        self._left: dict[str, object] = {str(key): item for key, item in value.items()}

    def __contains__(self, key: str) -> bool:
        """Is the member there and not null, and not yet taken?"""
        return self._left.get(key) is not None

    def wrong(self, key: str, why: str) -> Refused:
        """The refusal for one member; the caller raises it."""
        where = f"{self.where}.{key}"
        return self._refusal(f"{where}: {why}", where=where)

    def take(self, key: str) -> object:
        """The raw value of a member that must be there."""
        if key not in self._left:
            raise self.wrong(key, "is missing")
        return self._left.pop(key)

    def text(self, key: str, *, default: str | None = None) -> str:
        """A text that is not empty."""
        if default is not None and key not in self:
            self._left.pop(key, None)
            return default
        value = self.take(key)
        if not isinstance(value, str) or not value:
            raise self.wrong(key, "a text is expected")
        return value

    def choice(self, key: str, choices: Sequence[str], *, default: str | None = None) -> str:
        """One of the given words."""
        value = self.text(key, default=default)
        if value not in choices:
            raise self.wrong(key, f"one of {', '.join(choices)} is expected")
        return value

    def optional_choice(self, key: str, choices: Sequence[str]) -> str | None:
        """One of the given words, or None where it is null or absent."""
        if key not in self:
            self._left.pop(key, None)
            return None
        return self.choice(key, choices)

    def integer(self, key: str, *, least: int, most: int, default: int | None = None) -> int:
        """An integer within both bounds."""
        if default is not None and key not in self:
            self._left.pop(key, None)
            return default
        value = self.take(key)
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            raise self.wrong(key, f"an integer from {least} to {most} is expected")
        return value

    def optional_integer(self, key: str, *, least: int, most: int) -> int | None:
        """An integer within both bounds, or None where it is null or absent."""
        if key not in self:
            self._left.pop(key, None)
            return None
        return self.integer(key, least=least, most=most)

    def flag(self, key: str, *, default: bool) -> bool:
        """True or false."""
        if key not in self:
            self._left.pop(key, None)
            return default
        value = self.take(key)
        if not isinstance(value, bool):
            raise self.wrong(key, "true or false is expected")
        return value

    def optional_flag(self, key: str) -> bool | None:
        """True or false, or None where it is null or absent."""
        if key not in self:
            self._left.pop(key, None)
            return None
        return self.flag(key, default=False)

    def decimal(self, key: str, *, least: str, most: str, default: str | None = None) -> Decimal:
        """A decimal number written as a text, within both bounds."""
        text = self.text(key, default=default)
        if _DECIMAL.fullmatch(text) is None:
            raise self.wrong(key, 'a decimal number in quotes is expected, like "2.50"')
        value = Decimal(text)
        if not Decimal(least) <= value <= Decimal(most):
            raise self.wrong(key, f"a number from {least} to {most} is expected")
        return value

    def optional_decimal(self, key: str, *, least: str, most: str) -> Decimal | None:
        """A decimal number, or None where it is null or absent."""
        if key not in self:
            self._left.pop(key, None)
            return None
        return self.decimal(key, least=least, most=most)

    def moment(self, key: str) -> datetime:
        """An instant in RFC 3339 with its offset."""
        text = self.text(key)
        try:
            return parse_instant(text)
        except ValueError:
            raise self.wrong(key, "an instant is expected, RFC 3339") from None

    def optional_moment(self, key: str) -> datetime | None:
        """An instant, or None where it is null or absent."""
        if key not in self:
            self._left.pop(key, None)
            return None
        return self.moment(key)

    def fields(self, key: str) -> "Fields":
        """A nested object."""
        return Fields(self.take(key), f"{self.where}.{key}", self._refusal)

    def optional_fields(self, key: str) -> "Fields | None":
        """A nested object, or None where it is null or absent."""
        if key not in self:
            self._left.pop(key, None)
            return None
        return self.fields(key)

    def names(self, *, most: int) -> tuple[str, ...]:
        """The members not yet taken, of an object whose members are named freely."""
        if len(self._left) > most or "" in self._left:
            raise self._refusal(f"{self.where}: at most {most} names", where=self.where)
        return tuple(self._left)

    def each(self, key: str, *, most: int) -> "list[Fields]":
        """A list of at most `most` objects; absent is empty."""
        value = self.take(key) if key in self else []
        self._left.pop(key, None)
        if not isinstance(value, list | tuple) or len(value) > most:
            raise self.wrong(key, f"a list of at most {most} is expected")
        return [
            Fields(item, f"{self.where}.{key}[{number}]", self._refusal)
            for number, item in enumerate(value)
        ]

    def texts(
        self, key: str, *, most: int, default: Sequence[str] | None = None
    ) -> tuple[str, ...]:
        """A list of at most `most` texts."""
        if default is not None and key not in self:
            self._left.pop(key, None)
            return tuple(default)
        value = self.take(key)
        if not isinstance(value, list | tuple) or len(value) > most:
            raise self.wrong(key, f"a list of at most {most} is expected")
        if not all(isinstance(item, str) and item for item in value):
            raise self.wrong(key, "texts are expected")
        return tuple(str(item) for item in value)

    def done(self) -> None:
        """Refuse whatever nobody asked for."""
        if self._left:
            raise self.wrong(min(self._left), "is unknown")
