"""Whose fault it is that a sealed bid did not open, or is invalid: computed, not argued.

Everything secret in a header follows from the file key, so whoever knows it can tell a bidder that
dealt badly from a key holder that lies; without it the committed shares still speak. The platform
at the opening and anybody with the archive ask this same function. docs/specs/sealed-bid-v1.md §6;
电子招标投标办法 第三十一条: the bidder's fault makes a bid deemed revoked (视为撤销), the fault of
anybody else deemed withdrawn (视为撤回).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

from crypto.canonical import JsonValue
from crypto.errors import BadHeader
from crypto.sealed_file import (
    HeaderVerdict,
    SealPolicy,
    file_key_from_shares,
    parse_sealed_header,
    verify_file_key,
)


class Whose(StrEnum):
    """Who has to answer for it."""

    BIDDER = "bidder"
    KEY_HOLDERS = "key_holders"
    PROCURING_ENTITY = "procuring_entity"
    PLATFORM = "platform"


class Cause(StrEnum):
    """What the evidence shows."""

    DAMAGED_IN_CUSTODY = "damaged-in-custody"
    NOT_FOR_THIS_BID = "not-for-this-bid"
    HEADER_NOT_DERIVED = "header-not-derived"
    SHARES_GIVE_NO_KEY = "shares-give-no-key"
    PAYLOAD_NOT_SEALED = "payload-not-sealed"
    BUNDLE_NOT_CANONICAL = "bundle-not-canonical"
    HOLDERS_FAILED = "holders-failed"
    HOLDERS_REPLACED = "holders-replaced"
    LEFT_UNOPENED = "left-unopened"
    NOT_UNLOCKED = "not-unlocked"
    NO_PATH = "no-path"


class HolderPart(StrEnum):
    """What one key holder did. Only `lied` and `refused_wrongly` are proved against it."""

    HONEST = "honest"
    CLEARED = "cleared"
    LIED = "lied"
    REFUSED_WRONGLY = "refused_wrongly"
    SILENT = "silent"
    RELEASED = "released"
    UNDECIDED = "undecided"


class Payload(StrEnum):
    """What decrypting with the right file key showed."""

    OPENS = "opens"
    BROKEN = "broken"
    NOT_CANONICAL = "not_canonical"


SENTENCES: Mapping[Cause, tuple[str, str]] = MappingProxyType(
    {
        Cause.DAMAGED_IN_CUSTODY: (
            "平台保管的文件与投标人签名、回执所载的摘要不一致",
            "the stored bytes are not those that the bidder signed and the receipt names",
        ),
        Cause.NOT_FOR_THIS_BID: (
            "密封头格式错误，或者是为其他项目、标段、信封、投标人、次数密封的",
            "the header is malformed, or sealed for another tender, lot, envelope, bidder, counter",
        ),
        Cause.HEADER_NOT_DERIVED: (
            "密封头不是由文件密钥导出的：投标人分发了错误的密钥份额或者记录",
            "the header is not the one its file key dictates: the bidder dealt wrong records",
        ),
        Cause.SHARES_GIVE_NO_KEY: (
            "达到门限的份额都与承诺一致，却得不出文件密钥",
            "enough shares fit their commitments, and no file key comes out of them",
        ),
        Cause.PAYLOAD_NOT_SEALED: (
            "文件密钥正确，密文却解不开：密封时即已损坏或者截断",
            "the file key is right and the payload does not open: it was broken when it was sealed",
        ),
        Cause.BUNDLE_NOT_CANONICAL: (
            "能够解密，但内容不是规定格式的投标文件包",
            "it decrypts, but what is inside is no bundle of the prescribed form",
        ),
        Cause.HOLDERS_FAILED: (
            "密封正确，投标人请求了补救，密钥持有人交出的正确份额不足",
            "sealed rightly, and the key holders that were asked gave too few right shares",
        ),
        Cause.HOLDERS_REPLACED: (
            "密封正确，投标人请求了补救，但招标人更换密钥持有人后剩余人数不足以解密",
            "sealed rightly, and the host's replacements left too few of its key holders",
        ),
        Cause.LEFT_UNOPENED: (
            "保管的证据足以打开全部文件，平台却没有打开",
            "the evidence in custody opens it, and the platform did not",
        ),
        Cause.NOT_UNLOCKED: (
            "投标人在规定时间内既未解密，也未请求补救",
            "the bidder neither unlocked it in time nor asked the key holders",
        ),
        Cause.NO_PATH: (
            "没有任何途径得到文件密钥；投标人可以公开文件密钥以自证，否则由投标人承担",
            "no path gave the file key; the bidder's, unless it clears itself by publishing it",
        ),
    }
)


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known of one container.

    `header` are its first bytes as stored; `policy` comes from the published record and the signed
    manifest. `intact`: the stored bytes have the digest that the bidder signed and the receipt
    names. `shares` by number of key holder, 16 bytes, as handed in; `refusals` are the holders that
    signed that their record does not give the committed share; `released` those that were replaced
    after the bid was sealed, by their numbers in its policy. `file_key` came from the bidder,
    `in_time` before the window closed. `asked`: the bidder declared its key lost.
    """

    header: bytes
    policy: SealPolicy
    intact: bool
    shares: Mapping[int, bytes] = field(default_factory=dict, repr=False)
    refusals: frozenset[int] = frozenset()
    released: frozenset[int] = frozenset()
    file_key: bytes | None = field(default=None, repr=False)
    in_time: bool = False
    asked: bool = False


@dataclass(frozen=True, slots=True)
class Finding:
    """Who answers for one container, whether arithmetic proves it, and why."""

    whose: Whose
    proved: bool
    cause: Cause
    holders: Mapping[int, HolderPart] = field(default_factory=dict)

    @property
    def is_invalid(self) -> bool:
        """Is the container invalid by the tender's rules even where it opens?"""
        return self.whose is Whose.BIDDER and self.proved


@dataclass(frozen=True, slots=True)
class BidFault:
    """Who answers for a bid: the first of `_ORDER` among its containers, by kind of envelope."""

    whose: Whose
    proved: bool
    kind: str
    cause: Cause
    findings: Mapping[str, Finding]

    @property
    def failing_holders(self) -> tuple[int, ...]:
        """The key holders against whom something is proved, in any container."""
        bad = {HolderPart.LIED, HolderPart.REFUSED_WRONGLY}
        return tuple(
            sorted(
                {
                    number
                    for finding in self.findings.values()
                    for number, part in finding.holders.items()
                    if part in bad
                }
            )
        )


def attribute(evidence: Evidence, opens: Callable[[bytes], Payload]) -> Finding:
    """Judge one container. `opens` is asked at most once, with a file key whose MAC fits."""
    # What the platform has changed or lost speaks against nobody else.
    if not evidence.intact:
        return Finding(Whose.PLATFORM, proved=True, cause=Cause.DAMAGED_IN_CUSTODY)
    policy = evidence.policy
    try:
        parse_sealed_header(
            evidence.header,
            expected_context=policy.context,
            threshold=policy.threshold,
            n=len(policy.holders),
            suite_name=policy.suite.name,
        )
    except BadHeader:
        return _bidders(Cause.NOT_FOR_THIS_BID)
    from_shares, said = file_key_from_shares(evidence.header, evidence.shares, policy.context)
    file_key, derived = _fitting(evidence, from_shares)
    holders = _parts(evidence, said.bad_shares_from, derived)
    if file_key is not None and derived is not None:
        cause = _bidders_cause(derived, file_key, opens)
        if cause is None:
            return _sound(evidence, holders, has_shares=from_shares is not None)
        return _bidders(cause, holders)
    if said.bidder_fault_proven:
        return _bidders(Cause.SHARES_GIVE_NO_KEY, holders)
    cause = Cause.NO_PATH if evidence.asked else Cause.NOT_UNLOCKED
    return Finding(Whose.BIDDER, proved=False, cause=cause, holders=holders)


def attribute_bid(findings: Mapping[str, Finding]) -> BidFault:
    """Judge a bid that did not open by its containers, one finding for each kind of envelope.

    A bid that its bidder made badly fails by that alone, whatever others did; a container that
    could have been opened explains nothing while another one could not.
    """
    kind = min(findings, key=lambda kind: _rank(findings[kind]))
    first = findings[kind]
    return BidFault(first.whose, first.proved, kind, first.cause, dict(findings))


def fault_json(fault: BidFault) -> dict[str, JsonValue]:
    """A verdict as the journal has it."""
    return {
        "whose": fault.whose,
        "proved": fault.proved,
        "kind": fault.kind,
        "cause": fault.cause,
        "envelopes": {
            kind: {
                "whose": one.whose,
                "proved": one.proved,
                "cause": one.cause,
                "holders": {str(number): part for number, part in sorted(one.holders.items())},
            }
            for kind, one in fault.findings.items()
        },
    }


_PAYLOAD_CAUSES = {
    Payload.BROKEN: Cause.PAYLOAD_NOT_SEALED,
    Payload.NOT_CANONICAL: Cause.BUNDLE_NOT_CANONICAL,
}
# A container that opens (LEFT_UNOPENED) explains nothing while another one does not.
_ORDER = (
    (Whose.BIDDER, True),
    (Whose.PLATFORM, True),
    (Whose.KEY_HOLDERS, True),
    (Whose.PROCURING_ENTITY, True),
    (Whose.BIDDER, False),
)


def _rank(finding: Finding) -> int:
    if finding.cause is Cause.LEFT_UNOPENED:
        return len(_ORDER)
    return _ORDER.index((finding.whose, finding.proved))


def _bidders(cause: Cause, holders: Mapping[int, HolderPart] | None = None) -> Finding:
    return Finding(Whose.BIDDER, proved=True, cause=cause, holders=holders or {})


def _bidders_cause(
    derived: HeaderVerdict, file_key: bytes, opens: Callable[[bytes], Payload]
) -> Cause | None:
    """What the file key shows that the bidder did wrong."""
    if not derived.valid:
        return Cause.HEADER_NOT_DERIVED
    return _PAYLOAD_CAUSES.get(opens(file_key))


def _fitting(
    evidence: Evidence, from_shares: bytes | None
) -> tuple[bytes | None, HeaderVerdict | None]:
    """The file key by whichever path it came, if it is this container's: a wrong one is none."""
    for candidate in (evidence.file_key, from_shares):
        if candidate is None:
            continue
        derived = verify_file_key(evidence.header, candidate, evidence.policy)
        if derived.mac_ok:
            return candidate, derived
    return None, None


def _parts(
    evidence: Evidence, bad: tuple[int, ...], derived: HeaderVerdict | None
) -> dict[int, HolderPart]:
    """What each holder did, as far as it can be said."""
    parts = {}
    for number in range(1, len(evidence.policy.holders) + 1):
        if number in evidence.shares and number not in bad:
            parts[number] = HolderPart.HONEST
        elif number in evidence.released:
            parts[number] = HolderPart.RELEASED
        elif number not in evidence.shares and number not in evidence.refusals:
            parts[number] = HolderPart.SILENT
        elif derived is None:
            parts[number] = HolderPart.UNDECIDED
        elif number in derived.wrong_records:
            parts[number] = HolderPart.CLEARED
        else:
            parts[number] = (
                HolderPart.LIED if number in evidence.shares else HolderPart.REFUSED_WRONGLY
            )
    return parts


def _sound(evidence: Evidence, holders: Mapping[int, HolderPart], *, has_shares: bool) -> Finding:
    """The container is as it should be: who kept it closed?"""
    if has_shares or (evidence.file_key is not None and evidence.in_time):
        return Finding(Whose.PLATFORM, proved=True, cause=Cause.LEFT_UNOPENED, holders=holders)
    policy = evidence.policy
    if evidence.asked and len(policy.holders) - len(evidence.released) < policy.threshold:
        # A bid that was sealed rightly stays valid: who replaced its key holders answers for it.
        whose, cause = Whose.PROCURING_ENTITY, Cause.HOLDERS_REPLACED
        return Finding(whose, proved=True, cause=cause, holders=holders)
    if evidence.asked:
        return Finding(Whose.KEY_HOLDERS, proved=True, cause=Cause.HOLDERS_FAILED, holders=holders)
    return Finding(Whose.BIDDER, proved=False, cause=Cause.NOT_UNLOCKED, holders=holders)
