"""What the platform refuses around invitations to seats of a committee."""

from tendering.domain.refusals import Conflict


class InvitationOver(Conflict):
    """The invitation was declined, or its term has passed: somebody else is asked."""

    code = "invitation-over"


class SeatsUnanswered(Conflict):
    """Not every drawn expert has accepted yet, or a seat is vacant."""

    code = "seats-unanswered"
