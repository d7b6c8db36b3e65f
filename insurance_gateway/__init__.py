"""Bid security from insurers, banks and guarantee companies."""
