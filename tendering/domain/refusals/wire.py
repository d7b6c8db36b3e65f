"""What the platform refuses of signed messages from other machines: guarantors, partner centres."""

from tendering.domain.refusals import Conflict, Forbidden


class MessageConflict(Conflict):
    """A message with this id and another content was received before."""

    code = "message-conflict"


class MessageEarly(Conflict):
    """An earlier message about the same has not come yet: send that one first."""

    code = "message-early"


class MessageReplayed(Conflict):
    """This very message was received before: sign every attempt anew."""

    code = "message-replayed"


class MessageSignatureRefused(Forbidden):
    """The message's signature does not hold, has expired or is by an unknown key."""

    code = "message-signature-refused"
