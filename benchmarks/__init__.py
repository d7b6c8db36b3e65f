"""Measurements: each module's first line is the question it answers, with the target."""
