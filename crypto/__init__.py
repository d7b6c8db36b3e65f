"""Formats and primitives: bytes in, bytes out.

This package knows nothing of tenders, databases or networks and imports nothing of the other
packages. Time and randomness are arguments everywhere except in `suite.random_bytes`.
"""
