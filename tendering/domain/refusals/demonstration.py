"""What the demonstration's clock refuses."""

from tendering.domain.refusals import Conflict


class ClockNotJumpable(Conflict):
    """The clock does not jump on a platform that is not a demonstration."""

    code = "clock-not-jumpable"


class NothingDue(Conflict):
    """No instant of any timetable lies ahead of the clock."""

    code = "nothing-due"
