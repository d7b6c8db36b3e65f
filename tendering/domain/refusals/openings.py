"""What the platform refuses while bids are opened."""

from tendering.domain.refusals import Conflict, Invalid


class AlreadyUnlocked(Conflict):
    """This bid has been unlocked already."""

    code = "already-unlocked"


class BidDoesNotOpen(Conflict):
    """The file keys are right and the bid does not open: they are kept as evidence."""

    code = "bid-does-not-open"


class BidsStillLocked(Conflict):
    """Some bids have no verdict yet and the window is still open."""

    code = "bids-still-locked"


class EnoughBids(Conflict):
    """Enough bids are open: there is nothing to decide."""

    code = "enough-bids"


class MarksNotLocked(Conflict):
    """Not all technical marks are locked: no price is unlocked before."""

    code = "marks-not-locked"


class NoLaterSession(Conflict):
    """All envelopes of this tender have been opened: no further session is due."""

    code = "no-later-session"


class OpeningNotStarted(Conflict):
    """The opening has not begun: bids stay sealed until the deadline and the drain have passed."""

    code = "opening-not-started"


class RehearsalUnknown(Conflict):
    """The receipt is not this platform's, or about another container: sign in to it again."""

    code = "rehearsal-unknown"


class TooFewBids(Conflict):
    """Too few bids are open: host and supervisor decide first whether the lot goes on."""

    code = "too-few-bids"


class UnlockWindowClosed(Conflict):
    """The window in which bids are unlocked has closed."""

    code = "unlock-window-closed"


class WindowNotLonger(Invalid):
    """The window in which bids are unlocked is only ever made longer."""

    code = "window-not-longer"


class WrongFileKey(Invalid):
    """The file key does not open this container."""

    code = "wrong-file-key"


class WrongShare(Invalid):
    """The share does not fit the commitment in the container's header."""

    code = "wrong-share"
