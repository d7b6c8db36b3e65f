"""Likeness of bids: what they have in common, and where. Evidence, never a verdict."""
