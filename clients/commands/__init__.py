"""The groups of the command `kaibiao`; `clients/cli.py` says which command is where."""
