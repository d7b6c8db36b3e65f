"""Deeds in a room: lock the tender, load the room, ask a rule, save, append to the journal."""
