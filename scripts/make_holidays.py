"""Write tendering/rulebooks/holidays.json from the `chinesecalendar` package.

Run it when a new year has been announced by the State Council and the package has been updated:
`python scripts/make_holidays.py`. The result is data of the product; the package is not needed at
run time.
"""

import json
from datetime import date
from pathlib import Path

from chinese_calendar import constants  # type: ignore[import-untyped]  # it ships no types

TARGET = Path(__file__).parent.parent / "tendering" / "rulebooks" / "holidays.json"
FIRST_YEAR = 2020


def main() -> None:
    """Holidays with their Chinese names, make-up working days, and the years announced."""
    chinese = {holiday.value: holiday.chinese for holiday in constants.Holiday}
    table = {
        "first_year": FIRST_YEAR,
        "last_year": max(day.year for day in constants.holidays),
        "holidays": {
            day.isoformat(): chinese[name] for day, name in _since(constants.holidays).items()
        },
        "make_up_days": {
            day.isoformat(): chinese[name] for day, name in _since(constants.workdays).items()
        },
    }
    TARGET.write_text(
        json.dumps(table, ensure_ascii=False, indent=1) + "\n", encoding="utf-8", newline="\n"
    )


def _since(days: dict[date, str]) -> dict[date, str]:
    return {day: days[day] for day in sorted(days) if day.year >= FIRST_YEAR}


if __name__ == "__main__":
    main()
