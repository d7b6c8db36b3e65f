"""The messages as forms: flat, in words and yuan, as interfaces of other families carry them.

The envelope around a form is the family's (`gm_envelope`, `xml_envelope`), and so are its names;
what it means is the one internal model of `wire`. Pure. docs/specs/insurer-families-v1.md.
"""

import base64
import binascii
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any, Final, get_args, get_origin
from uuid import UUID, uuid5

import msgspec
from msgspec import Struct

from crypto.canonical import canonical
from crypto.request_signatures import WireRefused
from insurance_gateway.wire import (
    DOOR_OF,
    FEN_MAX,
    MESSAGES,
    IssuedAsked,
    Notice,
    QuoteRequest,
    require_consistent,
)

Form = Mapping[str, str]
UNIT: Final = "amountUnit"
YUAN: Final = "元"
FILE_BYTES_MAX: Final = 2 << 20
_YUAN: Final = re.compile(r"(0|[1-9][0-9]{0,13})\.([0-9]{2})")
_PUSHED: Final = frozenset({"underwriting", "awaiting_premium", "paid"})
_MATTERS: Final = {"1": "agreed", "0": "declined", "2": "under_review"}

# By our member, what a family calls it; what is not in the table keeps its name, in camel case.
GM_NAMES: Final[Mapping[str, str]] = {
    "order_id": "orderNo",
    "matter_id": "applyNo",
    "guarantor_id": "channelNo",
    "policy_number": "guaranteeNo",
    "applicant.name": "principalName",
    "applicant.uscc": "principalCode",
    "amount_fen": "guaranteeAmount",
    "valid_until": "endDate",
    "premium_fen": "premium",
    "tender_number": "projectNo",
    "tender_title": "projectName",
    "lot": "sectionNo",
    "lot_title": "sectionName",
    "procuring_entity.name": "creditorName",
    "procuring_entity.uscc": "creditorCode",
    "refund_fen": "refundAmount",
    "claimed_fen": "claimAmount",
    "bid_security_fen": "securityAmount",
}
XML_NAMES: Final[Mapping[str, str]] = {
    **GM_NAMES,
    "order_id": "proposalNo",
    "policy_number": "policyno",
    "applicant.name": "name",
    "applicant.uscc": "idNumber",
    "amount_fen": "sumAmount",
    "premium_fen": "sumPremium",
    "tender_number": "ProjectCode",
    "tender_title": "ProjectName",
    "lot": "BidSectionCode",
    "lot_title": "BidSectionName",
    "procuring_entity.name": "TendereeName",
    "procuring_entity.uscc": "TendereeCode",
}


@dataclass(frozen=True, slots=True)
class Told:
    """What a guarantor's form means: notices in their order, and the policy file that came."""

    order_id: UUID
    notices: tuple[Notice, ...]
    file: bytes | None = None


def to_form(message: Struct, names: Mapping[str, str]) -> dict[str, str]:
    """A message as a form: money in yuan with two places, its unit stated."""
    return _form_of(msgspec.to_builtins(message), names)


def _form_of(value: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, str]:
    flat: dict[str, Any] = {}
    _flatten(value, "", flat)
    form = {}
    for member, told in flat.items():
        name = _named(member, names)
        if isinstance(told, list):
            # A list is a list of forms, as JSON.
            form[name] = msgspec.json.encode([_form_of(one, names) for one in told]).decode()
        elif member.endswith("_fen"):
            form |= {name: yuan(told), UNIT: YUAN}
        else:
            form[name] = str(told)
    return form


def read_form(form: Form, kind: type[Any], names: Mapping[str, str]) -> Any:
    """The inverse of `to_form`. Raises WireRefused."""
    back = {_named(member, names): member for member in _members(kind, "")}
    lists = {
        one.name: get_args(plain)[0]
        for one in msgspec.structs.fields(kind)
        if get_origin(plain := _plain(one.type)) is list
    }
    nested: dict[str, Any] = {}
    for name, text in form.items():
        if name == UNIT:
            continue
        member = back.get(name)
        if member is None:
            raise WireRefused(f"there is no field {name[:40]}")
        value: Any = fen(form, name) if member.endswith("_fen") else text
        if member in lists:
            value = [
                msgspec.to_builtins(read_form(one, lists[member], names))
                for one in _forms(name, text)
            ]
        place = nested
        *above, last = member.split(".")
        for step in above:
            place = place.setdefault(step, {})
        place[last] = value
    for one in msgspec.structs.fields(kind):
        # What may be missing is left out of a form.
        if type(None) in get_args(one.type):
            nested.setdefault(one.name, None)
    try:
        return msgspec.convert(nested, kind, strict=False)
    except msgspec.ValidationError as error:
        raise WireRefused(f"the form is not as agreed: {error}") from error


def call_of(message: Struct) -> str:
    """The name of the call that carries a message to a guarantor."""
    return DOOR_OF[type(message)]


def read_call(call: str, form: Form, names: Mapping[str, str]) -> Any:
    """The message that a call carries, on the guarantor's side. Raises WireRefused."""
    kinds = {DOOR_OF[kind]: kind for kind in (QuoteRequest, IssuedAsked, *MESSAGES.values())}
    if call not in kinds:
        raise WireRefused("there is no such call")
    return read_form(form, kinds[call], names)


def yuan(amount_fen: int) -> str:
    """Fen as decimal yuan with two places."""
    return f"{amount_fen // 100}.{amount_fen % 100:02d}"


def fen(form: Form, name: str) -> int:
    """An amount of a form in fen. Raises WireRefused: another unit, not two places, too much."""
    if form.get(UNIT) != YUAN:
        raise WireRefused(f"{UNIT} must be {YUAN}: amounts in another unit are not converted")
    match = _YUAN.fullmatch(form.get(name, ""))
    if match is None:
        raise WireRefused(f"{name} must be yuan with two places, such as 800000.00")
    amount = int(match[1]) * 100 + int(match[2])
    if not 1 <= amount <= FEN_MAX:
        raise WireRefused(f"{name} is out of range")
    return amount


def read_told(call: str, form: Form, names: Mapping[str, str], *, guarantor_id: UUID) -> Told:
    """What a guarantor tells with a call. The same content is the same notice, however often.

    Raises WireRefused.
    """
    order_id = _uuid(form, _named("order_id", names))
    name = canonical({"call": call, "form": dict(form)}).decode("utf-8")

    def notice(state: Any, **told: Any) -> Notice:
        made = Notice(uuid5(guarantor_id, f"{state} {name}"), order_id, state, **told)
        require_consistent(made)
        return made

    premium_name = _named("premium_fen", names)
    premium_fen = fen(form, premium_name) if premium_name in form else None
    reason = form.get("reason", "").replace("\0", "")[:500]
    match call, form.get("status", ""), form.get("result", ""):
        case "status", state, "" if state in _PUSHED:
            return Told(order_id, (notice(state, premium_fen=premium_fen),))
        case "result", "", "2":
            return Told(order_id, (notice("refused", reason=reason),))
        case "result", "", "1":
            steps = ("awaiting_premium", "paid")
            made = tuple(notice(state, premium_fen=premium_fen) for state in steps)
            return Told(order_id, made)
        case "file", "", "":
            content = _file(form)
            policy = {"file_sha256": hashlib.sha256(content).hexdigest()}
            issued = notice("issued", policy=policy, premium_fen=premium_fen)
            return Told(order_id, (issued,), content)
        case "matter", "", result if result in _MATTERS:
            return _matter_told(form, names, notice, order_id, reason)
    raise WireRefused(f"the call {call[:20]} with this status or result means nothing")


def tell_forms(notice: Notice, names: Mapping[str, str], file: bytes) -> list[tuple[str, Form]]:
    """The calls by which a guarantor tells a notice; `file` goes with what needs a policy."""
    form = {_named("order_id", names): str(notice.order_id)}
    if notice.premium_fen is not None:
        form |= {_named("premium_fen", names): yuan(notice.premium_fen), UNIT: YUAN}
    if notice.reason:
        form["reason"] = notice.reason
    if notice.matter_id is not None:
        results = {word: number for number, word in _MATTERS.items()}
        form |= {_named("matter_id", names): str(notice.matter_id)}
        form |= {"result": results[notice.state]}
        if notice.amount_fen is not None:
            form |= {_named("amount_fen", names): yuan(notice.amount_fen), UNIT: YUAN}
        return [("matter", form | (_file_form(file) if file else {}))]
    if notice.state == "refused":
        return [("result", form | {"result": "2"})]
    if notice.state == "issued":
        return [("result", form | {"result": "1"}), ("file", form | _file_form(file))]
    return [("status", form | {"status": notice.state})]


def _matter_told(
    form: Form, names: Mapping[str, str], notice: Any, order_id: UUID, reason: str
) -> Told:
    amount_name = _named("amount_fen", names)
    told: dict[str, Any] = {
        "matter_id": _uuid(form, _named("matter_id", names)),
        "amount_fen": fen(form, amount_name) if amount_name in form else None,
        "reason": reason,
    }
    content = _file(form) if "content" in form else None
    if content is not None:
        told["policy"] = {"file_sha256": hashlib.sha256(content).hexdigest()}
    return Told(order_id, (notice(_MATTERS[form["result"]], **told),), content)


def _file_form(content: bytes) -> dict[str, str]:
    return {
        "fileType": "PDF",
        "content": base64.b64encode(content).decode("ascii"),
        "md5": hashlib.md5(content, usedforsecurity=False).hexdigest(),
        "sha256": hashlib.sha256(content).hexdigest(),
    }


def _file(form: Form) -> bytes:
    """The file of a form, its digests checked. Raises WireRefused."""
    try:
        content = base64.b64decode(form.get("content", ""), validate=True)
    except (binascii.Error, ValueError) as error:
        raise WireRefused("the file is not Base64") from error
    if not 1 <= len(content) <= FILE_BYTES_MAX:
        raise WireRefused("the file is empty or larger than 2 MiB")
    if form.get("fileType") != "PDF":
        raise WireRefused("a policy is a PDF")
    expected = _file_form(content)
    if any(form.get(name) != expected[name] for name in ("md5", "sha256")):
        raise WireRefused("the digests are not those of the file")
    return content


def _uuid(form: Form, name: str) -> UUID:
    try:
        return UUID(form[name])
    except (KeyError, ValueError) as error:
        raise WireRefused(f"{name} is missing or no UUID") from error


def _forms(name: str, text: str) -> list[dict[str, str]]:
    try:
        return msgspec.json.decode(text, type=list[dict[str, str]])
    except msgspec.DecodeError as error:
        raise WireRefused(f"{name} is not a list of forms") from error


def _flatten(value: Mapping[str, Any], above: str, flat: dict[str, Any]) -> None:
    for member, one in value.items():
        if isinstance(one, Mapping):
            _flatten(one, f"{above}{member}.", flat)
        elif one is not None:
            flat[f"{above}{member}"] = one


def _plain(kind: Any) -> Any:
    """A type without what is annotated to it."""
    return get_args(kind)[0] if get_origin(kind) is Annotated else kind


def _members(kind: type[Any], above: str) -> list[str]:
    found = []
    for one in msgspec.structs.fields(kind):
        if isinstance(one.type, type) and issubclass(one.type, Struct):
            found += _members(one.type, f"{above}{one.name}.")
        else:
            found.append(f"{above}{one.name}")
    return found


def _named(member: str, names: Mapping[str, str]) -> str:
    if member in names:
        return names[member]
    first, *rest = re.split(r"[._]", member.removesuffix("_fen"))
    return first + "".join(word.capitalize() for word in rest)


def instant_text(at: datetime) -> str:
    """An instant as milliseconds since 1970, as envelopes carry it."""
    return str(int(at.timestamp() * 1000))


def read_instant(text: str) -> datetime:
    """The inverse of `instant_text`. Raises WireRefused."""
    if not re.fullmatch(r"[0-9]{13}", text):
        raise WireRefused("the time is not in milliseconds since 1970")
    return datetime.fromtimestamp(int(text) / 1000, UTC)
