"""What is refused of sound and picture in a room."""

from tendering.domain.refusals import Conflict, Invalid


class MediaFull(Conflict):
    """As many as it can carry take part in sound and picture already (`peers_max`)."""

    code = "media-full"


class MediaRefused(Invalid):
    """This description of a stream is malformed, or offers what may not be sent there now."""

    code = "media-refused"


class NoRecordingGap(Conflict):
    """There is no such gap in the recording, or somebody has answered for it."""

    code = "no-recording-gap"


class PeerGone(Conflict):
    """Whoever this is for takes no part in sound and picture now, or did not ask for it."""

    code = "peer-gone"


class RecordingGap(Conflict):
    """`seats` are not recorded, and the law asks for it: somebody must answer for going on."""

    code = "recording-gap"


class SupervisorAbsent(Conflict):
    """The evaluation goes on without a recording only in the supervisor's sight."""

    code = "supervisor-absent"
