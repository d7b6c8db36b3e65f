"""Whose fault it is that a bid did not open or is invalid: computed, not argued.

A header is dictated by the file key, so whoever knows the file key can compute it again; without
the file key the committed shares still speak. docs/specs/sealed-bid-v1.md §6; 电子招标投标办法
第三十一条: the bidder's fault makes a bid deemed revoked, another's deemed withdrawn.
"""

from collections.abc import Mapping

from clients.verifying.case import Case
from clients.verifying.opened_containers import open_container
from clients.verifying.report import Fault
from clients.verifying.sealing import Sealed, sealed_containers
from clients.verifying.submissions import Kept
from crypto.errors import BadHeader, BadMac, BadPayload
from crypto.sealed_file import HeaderVerdict, file_key_from_shares, verify_file_key


def header_fault(kept: Kept, kind: str, derived: HeaderVerdict) -> Fault:
    """A container that opens but whose header is not the one its file key dictates."""
    records = ", ".join(map(str, derived.wrong_records)) or "none"
    return Fault(
        kept.lot,
        kept.uscc,
        "bidder",
        proved=True,
        why=f"the header of {kind} does not re-derive; wrongly made records of key holders: "
        f"{records}",
    )


def attribute(case: Case, kept: Kept, shares: Mapping[str, Mapping[int, bytes]]) -> Fault:
    """Why a bid did not open. `shares` by kind and key holder, as they came into custody."""
    openable = 0
    containers = list(sealed_containers(case, kept))
    for container in containers:
        given = shares.get(container.kind, {})
        file_key, verdict = file_key_from_shares(container.header, given, container.policy.context)
        if verdict.bidder_fault_proven:
            return _fault(
                kept,
                "bidder",
                f"{len(given)} shares of {container.kind}, no file key fits the committed ones",
            )
        if file_key is None:
            if verdict.bad_shares_from:
                number = verdict.bad_shares_from[0]
                return _fault(
                    kept,
                    f"key_holder:{number}",
                    f"handed in another share of {container.kind} than the header commits to; "
                    "only the file key could show that its record never held it",
                    proved=False,
                )
            continue
        derived = verify_file_key(container.header, file_key, container.policy)
        if not derived.valid:
            return header_fault(kept, container.kind, derived)
        if not _opens(case, container, file_key):
            return _fault(kept, "bidder", f"the payload of {container.kind} is not what was sealed")
        openable += 1
    if openable == len(containers):
        return _fault(kept, "platform", "the shares in custody open every envelope")
    return _fault(
        kept,
        "bidder",
        "no path gave the file key: it counts as the bidder's unless the bidder publishes it",
        proved=False,
    )


def _opens(case: Case, container: Sealed, file_key: bytes) -> bool:
    try:
        open_container(
            case.archive,
            container.path,
            file_key,
            kind=container.kind,
            header_bytes=container.header_bytes,
        )
    except (BadHeader, BadMac, BadPayload):
        return False
    return True


def _fault(kept: Kept, whose: str, why: str, *, proved: bool = True) -> Fault:
    return Fault(kept.lot, kept.uscc, whose, proved, why)
