"""What the platform refuses around venues: bookings, arrival, the workstation of a seat."""

from tendering.domain.refusals import Conflict, Forbidden


class BookingSettled(Conflict):
    """The booking has gone past this step, or experts have their seats by it."""

    code = "booking-settled"


class NotArrived(Conflict):
    """You have a seat at a venue: arrive there first, then a workstation is drawn for you."""

    code = "not-arrived"


class VenueFull(Conflict):
    """The venue has not so many free workstations of that kind in this time."""

    code = "venue-full"


class VenueKnown(Conflict):
    """A venue of this name is registered already."""

    code = "venue-known"


class VenueWindowClosed(Conflict):
    """The venue is booked for another time."""

    code = "venue-window-closed"


class WorkstationKnown(Conflict):
    """Another workstation has this token."""

    code = "workstation-known"


class WrongWorkstation(Forbidden):
    """This is done at the venue only, in the room at the workstation that was drawn for you."""

    code = "wrong-workstation"
