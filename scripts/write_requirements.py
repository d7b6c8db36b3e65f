"""Write docs/law/requirements.md: rule, article, severity, and the tests that bear its name.

`python -m scripts.write_requirements`. Made from the rulebooks, the names of the tests and the page
of divergences, which says where a rule is enforced; a test says whether the table is whole.
"""

import re
from pathlib import Path
from typing import Final

from tendering.domain.rulebook import Rule
from tendering.rulebooks import RULEBOOKS, rulebook_of

ROOT: Final = Path(__file__).resolve().parents[1]
TARGET: Final = ROOT / "docs" / "law" / "requirements.md"
_NAMED: Final = re.compile(r"def (test_\w+)")
_WORD: Final = re.compile(r"(?<![a-z0-9])([cdegnipx][0-9]{2}|alp)(?![0-9])")
_TESTS_SHOWN: Final = 2
_HEAD: Final = """# Law: rule, article, test

Made by `python -m scripts.write_requirements` from the rulebooks and the names of the tests. *No*
in the column *read* says that number or article were not read in the full text of the rule. Where a
rule is enforced, and why a rule without a test is not, says
[the page of divergences](divergences.md).

| rule | what | article | severity | read | enforced in | tests |
|---|---|---|---|---|---|---|
"""


def main() -> None:
    """Write the table."""
    tests, places = _tests(), _places()
    lines = []
    for number, rules in _by_number().items():
        first = rules[0]
        named = tests.get(number, [])
        shown = ", ".join(f"`{name}`" for name in named[:_TESTS_SHOWN])
        more = f" and {len(named) - _TESTS_SHOWN} more" if len(named) > _TESTS_SHOWN else ""
        cells = [
            number,
            first.title,
            first.law,
            first.severity,
            "yes" if all(rule.verified for rule in rules) else "no",
            places.get(number, ""),
            shown + more,
        ]
        lines.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    TARGET.write_text(_HEAD + "\n".join(lines) + "\n", encoding="utf-8")


def _by_number() -> dict[str, list[Rule]]:
    found: dict[str, list[Rule]] = {}
    for regime in RULEBOOKS:
        for rule in rulebook_of(regime).rules.values():
            found.setdefault(rule.id.partition(".")[0], []).append(rule)
    return found


def _tests() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for file in sorted((ROOT / "tests").rglob("test_*.py")):
        for name in _NAMED.findall(file.read_text(encoding="utf-8")):
            for word in _WORD.findall(name.replace("_", " ")):
                found.setdefault(word.upper(), []).append(name)
    return found


def _places() -> dict[str, str]:
    """Rule → the links of its row on the page of divergences."""
    text = (ROOT / "docs" / "law" / "divergences.md").read_text(encoding="utf-8")
    found: dict[str, str] = {}
    for line in text.splitlines():
        cells = line.split("|")
        links = re.findall(r"\[`[^]]+`\]\([^)]+\)", line)
        if line.startswith("|") and links:
            for number in re.findall(r"\b([A-Z][0-9]{2}|ALP|POL)\b", cells[1]):
                found.setdefault(number, ", ".join(links))
    return found


if __name__ == "__main__":
    main()
