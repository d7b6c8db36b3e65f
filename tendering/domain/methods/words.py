"""A sentence in both languages: what is computed is also said, so that a bidder can follow it."""

from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from tendering.domain.methods.rounding import step

LANGUAGES: Final = ("zh", "en")


@dataclass(frozen=True, slots=True)
class Words:
    """The same statement in Chinese and in English."""

    zh: str
    en: str

    def said(self, language: str) -> str:
        """The statement in `zh` or `en`."""
        return self.en if language == "en" else self.zh


NOTHING_SAID: Final = Words("", "")


def number(value: Fraction) -> str:
    """A number for a sentence: at most four decimals, no trailing zeros."""
    _, shown = step(value, 4, "half_up")
    text = f"{shown:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def yuan(value: Fraction) -> str:
    """Yuan for a sentence: two decimals where they are the whole truth, else ten."""
    return f"{step(value, None, 'half_up')[1]:f}"
