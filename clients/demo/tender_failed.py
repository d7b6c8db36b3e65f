"""What ends every party's story early. A module of its own: `party` runs as a program."""


class TenderFailed(Exception):
    """There were too few bids: nothing of what a party waits for will happen."""
