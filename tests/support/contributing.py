"""Sealed contributions to a draw, the same in every run, and what opens them."""

from dataclasses import dataclass
from hashlib import sha256
from uuid import UUID

from crypto.keys import AnyOpeningKey
from crypto.sealed_file import unwrap_share
from tendering.domain.contributions import (
    Contribution,
    DrawSubject,
    contribution_policy,
    sealed_contribution,
)
from tests.support.archive_parties import opening_key_of


@dataclass(frozen=True, slots=True)
class Made:
    """A contribution, the 16 bytes that open it, and its 32 bytes."""

    contribution: Contribution
    file_key: bytes
    value: bytes


def made(subject: DrawSubject, party: UUID) -> Made:
    """A party's contribution as its tool makes it, but for the chance."""
    recipient = opening_key_of(subject.tender.suite, _chance("opening key", party)).recipient
    value, file_key = _chance("value", party), _chance("file key", party)[:16]
    container = sealed_contribution(
        value,
        contribution_policy(subject, party, recipient),
        file_key=file_key,
        payload_nonce=_chance("nonce", party)[:16],
    )
    return Made(Contribution(party, recipient, container), file_key, value)


def share_of(
    subject: DrawSubject, contribution: Contribution, number: int, key: AnyOpeningKey
) -> bytes:
    """What key holder `number` takes out of a contribution. Raises BadShare."""
    policy = contribution_policy(subject, contribution.organization_id, contribution.recipient)
    return unwrap_share(contribution.container, number, key, policy.context)


def _chance(what: str, party: UUID) -> bytes:
    return sha256(f"{what} {party}".encode()).digest()
