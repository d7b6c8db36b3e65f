"""Deeds of the gateway, one transaction each."""
