"""Backup, restore, and the drill that proves a backup to be one."""
