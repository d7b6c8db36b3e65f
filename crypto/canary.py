"""A canary: a sealed header without contents, with which a key holder shows that it can unwrap.

It looks like the header of a bid, so unwrapping it takes the same steps with the same key; its
context comes from another label, so it can stand for no bid. What a holder tells is no share: it is
an HMAC under its share, from which neither the share nor the answer of another holder follows.
docs/specs/sealed-bid-v1.md §10.
"""

from collections.abc import Sequence

from crypto import suite
from crypto.canonical import JsonValue, digest
from crypto.opening_keys import AnyOpeningKey
from crypto.seal_header import SealPolicy, derive_header, derive_shares
from crypto.seal_opening import unwrap_share

CONTEXT_LABEL = "kaibiao/canary-context/v1"
_ANSWER_LABEL = b"kaibiao/canary-share/v1\x00"


def canary_context(
    *,
    tender_id: str,
    canary: int,
    threshold: int,
    holders: Sequence[tuple[str, str]],
    suite_name: str,
) -> bytes:
    """What a canary is for, 32 bytes. `holders` are those of `seal_context`."""
    pairs: list[JsonValue] = [
        {"public_key": public_key, "announcement": announcement}
        for public_key, announcement in holders
    ]
    return digest(
        CONTEXT_LABEL,
        {
            "suite": suite_name,
            "tender": tender_id,
            "canary": canary,
            "threshold": threshold,
            "holders": pairs,
        },
    )


def make_canary(file_key: bytes, policy: SealPolicy) -> tuple[bytes, tuple[bytes, ...]]:
    """The header, and for each holder the digest, 32 bytes, of the one right answer.

    `file_key`, 16 fresh bytes, and the secret of the policy's bidder, who is nobody, are forgotten
    afterwards: then only the holders can answer. Raises BadKey.
    """
    shares = derive_shares(file_key, policy)
    answers = [_answer(policy.context, number, share) for number, share in enumerate(shares, 1)]
    return derive_header(file_key, policy), tuple(map(suite.sha256, answers))


def answer_canary(header: bytes, number: int, key: AnyOpeningKey, context: bytes) -> bytes:
    """Holder `number` opens its record; its answer, 32 bytes.

    `context` is what the holder computed from the published record. Raises BadHeader, BadShare.
    """
    return _answer(context, number, unwrap_share(header, number, key, context))


def is_answer(answer: bytes, digest_of_answer: bytes) -> bool:
    """Is this the answer whose digest was published with the canary?"""
    return suite.equal(suite.sha256(answer), digest_of_answer)


def _answer(context: bytes, number: int, share: bytes) -> bytes:
    return suite.hmac_sha256(share, _ANSWER_LABEL + context + bytes([number]))
