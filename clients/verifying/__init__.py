"""Checking the archive of a tender offline: one module for each part of the procedure."""
