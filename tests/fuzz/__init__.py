"""Parsers against input that nobody would write."""
