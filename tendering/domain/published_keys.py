"""What anybody must know of a platform to check its receipts, and who stands behind it.

Published on one page, kept in every archive, and best obtained beforehand: a receipt is checked
against these keys, never against keys that came with it. A party is independent when somebody else
than the operator runs or certifies it; only those protect against the operator.
"""

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from crypto.canonical import JsonValue
from tendering.domain.fields import Fields
from tendering.domain.refusals import Refused
from tendering.domain.refusals.log import PublishedKeysInvalid

PARTIES_MAX: Final = 32
ROOT_TEXT_MAX: Final = 16 << 10


@dataclass(frozen=True, slots=True)
class Witness:
    """Who cosigns checkpoints. `verifier` is its cosigner key text; its name stands in it."""

    verifier: str
    run_by: str
    independent: bool

    @property
    def name(self) -> str:
        """The name in its cosignature lines."""
        return self.verifier.partition("+")[0]


@dataclass(frozen=True, slots=True)
class Authority:
    """An authority that stamps time or certifies key holders; `root` is its certificate, DER."""

    name: str
    root: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedKeys:
    """A platform's public keys and its policy: `quorum` of the witnesses make a receipt whole.

    `receipt_keys` and `log_keys` are verifier key texts, old ones included. `certifiers` certify
    the key holders. `operator_roots` are the platform's own certificate authorities.
    """

    receipt_keys: tuple[str, ...]
    log_keys: tuple[str, ...]
    witnesses: tuple[Witness, ...]
    quorum: int
    authorities: tuple[Authority, ...]
    certifiers: tuple[Authority, ...]
    operator_roots: tuple[bytes, ...]
    interval_seconds: int
    demonstration: bool = False

    def is_independent(self, authority: Authority) -> bool:
        """Is it certified by somebody else than the operator?"""
        return authority.root not in self.operator_roots

    @property
    def witnesses_protect(self) -> bool:
        """Is the quorum out of the operator's own reach?"""
        own = sum(not witness.independent for witness in self.witnesses)
        return own < self.quorum

    @property
    def key_holders_protect(self) -> bool:
        """Can the operator not certify a key holder of its own making?"""
        return bool(self.certifiers) and all(map(self.is_independent, self.certifiers))


def policy_json(keys: PublishedKeys) -> dict[str, JsonValue]:
    """What a receipt says about who watches: quorum, witnesses, authorities, certifiers."""
    return {
        "quorum": keys.quorum,
        "witnesses": [
            {"name": each.name, "run_by": each.run_by, "independent": each.independent}
            for each in keys.witnesses
        ],
        "authorities": [
            {"name": each.name, "independent": keys.is_independent(each)}
            for each in keys.authorities
        ],
        "certifiers": [
            {"name": each.name, "independent": keys.is_independent(each)}
            for each in keys.certifiers
        ],
    }


def published_keys_json(keys: PublishedKeys) -> dict[str, JsonValue]:
    """The file that `parse_published_keys` reads."""
    return {
        "receipt_keys": list(keys.receipt_keys),
        "log_keys": list(keys.log_keys),
        "witnesses": [
            {"verifier": each.verifier, "run_by": each.run_by, "independent": each.independent}
            for each in keys.witnesses
        ],
        "quorum": keys.quorum,
        "authorities": [_authority_json(each) for each in keys.authorities],
        "certifiers": [_authority_json(each) for each in keys.certifiers],
        "operator_roots": [to_base64(root) for root in keys.operator_roots],
        "interval_seconds": keys.interval_seconds,
        "demonstration": keys.demonstration,
    }


def parse_published_keys(value: Mapping[str, object]) -> PublishedKeys:
    """Read what `published_keys_json` wrote. Raises PublishedKeysInvalid."""
    fields = Fields(value, "published_keys", PublishedKeysInvalid)
    keys = PublishedKeys(
        receipt_keys=fields.texts("receipt_keys", most=PARTIES_MAX),
        log_keys=fields.texts("log_keys", most=PARTIES_MAX),
        witnesses=tuple(map(_witness, fields.each("witnesses", most=PARTIES_MAX))),
        quorum=fields.integer("quorum", least=0, most=PARTIES_MAX),
        authorities=tuple(map(_authority, fields.each("authorities", most=PARTIES_MAX))),
        certifiers=tuple(map(_authority, fields.each("certifiers", most=PARTIES_MAX))),
        operator_roots=tuple(
            from_base64(text, PublishedKeysInvalid)
            for text in fields.texts("operator_roots", most=PARTIES_MAX)
        ),
        interval_seconds=fields.integer("interval_seconds", least=1, most=3600),
        demonstration=fields.flag("demonstration", default=False),
    )
    fields.done()
    return keys


def to_base64(data: bytes) -> str:
    """Standard base64, as everywhere in JSON."""
    return base64.b64encode(data).decode("ascii")


def from_base64(text: str, refusal: type[Refused]) -> bytes:
    """The inverse of `to_base64`; raises `refusal`."""
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise refusal("malformed base64") from None


def _authority_json(authority: Authority) -> dict[str, JsonValue]:
    return {"name": authority.name, "root": to_base64(authority.root)}


def _witness(fields: Fields) -> Witness:
    witness = Witness(
        verifier=fields.text("verifier"),
        run_by=fields.text("run_by"),
        independent=fields.flag("independent", default=False),
    )
    fields.done()
    return witness


def _authority(fields: Fields) -> Authority:
    name, root = fields.text("name"), fields.text("root")
    fields.done()
    if len(root) > ROOT_TEXT_MAX:
        raise fields.wrong("root", "is too long")
    return Authority(name, from_base64(root, PublishedKeysInvalid))
