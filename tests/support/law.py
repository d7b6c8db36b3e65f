"""The rulebooks and the calendar, read once: values for pure tests."""

from tendering.rulebooks import holiday_calendar, rulebook_of

CALENDAR = holiday_calendar()
CONSTRUCTION = rulebook_of("construction")
PROCUREMENT = rulebook_of("government_procurement")
