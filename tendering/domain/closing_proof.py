"""Proof that a deadline has passed, for a key holder that believes nobody's clock.

A checkpoint of the log, cosigned by the quorum of witnesses at or after the deadline, with a time
stamp over its root that is not earlier either. The platform alone can make neither.
"""

from collections.abc import Mapping
from datetime import datetime

from crypto.errors import BadCheckpoint, BadKey, BadTimestamp
from crypto.timestamp import verify as verify_token
from crypto.tlog import verify_checkpoint, verify_cosignatures
from tendering.domain.published_keys import PublishedKeys


class NotProved(Exception):
    """What was shown does not prove that the deadline has passed."""


class NotYetProved(NotProved):
    """What was shown is sound, but older than the deadline: later there may be a proof."""


def require_past(
    deadline: datetime, *, checkpoint: str, tokens: Mapping[str, bytes], keys: PublishedKeys
) -> None:
    """Raise NotProved unless `checkpoint` was seen by others at or after `deadline`.

    Where it is only not late enough, as in the seconds after the deadline, that is NotYetProved.
    `tokens` are RFC 3161 tokens over its root by the name of their authority; `keys` were obtained
    beforehand. Where those name no witness, or no authority, there is nobody to ask.
    """
    root = _root(checkpoint, keys)
    seen = 0
    for witness in keys.witnesses:
        try:
            found = verify_cosignatures(checkpoint, [witness.verifier])
        except (BadCheckpoint, BadKey):
            continue
        seen += witness.name in found and found[witness.name] >= deadline
    if seen < keys.quorum:
        raise NotYetProved(f"{seen} of {keys.quorum} witnesses saw the log after the deadline")
    if keys.authorities and not any(
        _is_stamped(tokens.get(each.name), root, each.root, deadline) for each in keys.authorities
    ):
        raise NotYetProved("no time stamp is later than the deadline")


def _root(checkpoint: str, keys: PublishedKeys) -> bytes:
    for verifier in keys.log_keys:
        try:
            return verify_checkpoint(checkpoint, verifier).root
        except (BadCheckpoint, BadKey):
            continue
    raise NotProved("the checkpoint is not signed by the log")


def _is_stamped(token: bytes | None, root: bytes, authority: bytes, deadline: datetime) -> bool:
    if token is None:
        return False
    try:
        stamp = verify_token(token, digest=root, trusted_roots=[authority])
    except BadTimestamp:
        return False
    return stamp.gen_time >= deadline
