"""The tests: unit and property (pure), integration (real PostgreSQL), journeys, browser, tidy."""
