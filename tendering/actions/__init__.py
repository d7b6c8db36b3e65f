"""Deeds: lock, load, ask a rule, save, append to the journal."""
