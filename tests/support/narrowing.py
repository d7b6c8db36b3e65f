"""What a migration takes from a schema that the former release, still running, may use.

Read from its words, statement by statement. What the same file makes nobody uses yet.
"""

import re
from typing import Final

_COMMENT: Final = re.compile(r"--[^\n]*")
# Bodies of functions are not split at their semicolons.
_STATEMENT: Final = re.compile(r"(?:\$(\w*)\$.*?\$\1\$|'[^']*'|[^;'$])+", re.DOTALL)
_MADE: Final = re.compile(r"CREATE (?:TABLE|VIEW) (?:IF NOT EXISTS )?([\w.]+)", re.IGNORECASE)
_NAME: Final = re.compile(r"\b[a-z_]+\.[a-z_]+\b")
_TAKING: Final = {
    "drop column": re.compile(r"\bDROP COLUMN\b", re.IGNORECASE),
    "drop": re.compile(r"^\s*DROP (?!TRIGGER|INDEX|POLICY)\w+", re.IGNORECASE),
    "rename": re.compile(r"\bRENAME\b", re.IGNORECASE),
    "type": re.compile(r"\bALTER (?:COLUMN )?\w+ (?:SET DATA )?TYPE\b", re.IGNORECASE),
    "not null": re.compile(
        r"\bSET NOT NULL\b|\bADD (?:COLUMN )?(?:(?!DEFAULT|GENERATED)[^,])*?"
        r"\bNOT NULL\b(?![^,]*\b(?:DEFAULT|GENERATED)\b)",
        re.IGNORECASE,
    ),
    "constraint": re.compile(
        r"\bADD (?:CONSTRAINT \w+ )?(?:CHECK|UNIQUE|FOREIGN|EXCLUDE)\b", re.IGNORECASE
    ),
    "revoke": re.compile(r"^\s*REVOKE\b(?!.*\bFROM tendering_audit\b)", re.IGNORECASE | re.DOTALL),
}


def taken_away(sql: str) -> set[str]:
    """Which kinds of taking away a migration has."""
    plain = _COMMENT.sub("", sql)
    made = {name.lower() for name in _MADE.findall(plain)}
    found = set()
    for match in _STATEMENT.finditer(plain):
        statement = match[0].strip()
        if statement.upper().startswith("CREATE"):
            continue
        names = set(_NAME.findall(statement.lower()))
        if names and names <= made:
            continue
        found |= {kind for kind, taking in _TAKING.items() if taking.search(statement)}
    return found
