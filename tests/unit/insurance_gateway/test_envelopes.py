"""Forms and envelopes of other families: the same message comes out, and nothing else goes in."""

import base64
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
import pytest

from crypto.gm_curve import reduced_scalar
from crypto.gm_sm2 import Sm2Key
from crypto.request_signatures import WireRefused
from insurance_gateway import forms, gm_envelope, xml_envelope
from insurance_gateway.forms import GM_NAMES, XML_NAMES, read_call, read_told, tell_forms, to_form
from insurance_gateway.gm_envelope import GmKeys, read_gm_key
from insurance_gateway.line_keys import gm_keys, line_secret
from insurance_gateway.wire import (
    DOOR_OF,
    Applicant,
    Application,
    Claim,
    Evidence,
    IssuedList,
    Notice,
    ProcuringEntity,
    Quote,
    QuoteRequest,
    Surrender,
)

AT = datetime(2026, 11, 24, 2, 0, 0, 123000, tzinfo=UTC)
ORDER, MATTER, GUARANTOR = UUID(int=1), UUID(int=2), UUID(int=3)
SECRET = bytes(range(32))
REQUEST = f"510100{UUID(int=7)}"
OURS = gm_keys(bytes(32))
EPHEMERAL = reduced_scalar(b"e" * 48)
NONCE = "0123456789abcdefghijABCDEFGHIJ01"


def key(number: int) -> Sm2Key:
    return Sm2Key(reduced_scalar(bytes([number]) * 48))


THEIRS = GmKeys(key(1), key(2))


def sealed(form: dict[str, str], at: datetime = AT) -> bytes:
    return gm_envelope.seal(form, THEIRS, OURS.public, at=at, nonce=NONCE, ephemeral=EPHEMERAL)


@pytest.mark.parametrize("names", [GM_NAMES, XML_NAMES])
@pytest.mark.parametrize(
    "message",
    [
        QuoteRequest(80_000_000, AT),
        Application(ORDER, GUARANTOR, Applicant("示范<建设>&", "91510100MA0000001X"), 105, AT),
        Surrender(MATTER, ORDER, None, 20_000),
        Claim(
            MATTER,
            ORDER,
            "P-1",
            80_000_000,
            ProcuringEntity("示范招标人", "91510100MA0000001X"),
            "contract_refused",
            "第七十四条",
            "示范",
            [Evidence("招标文件.pdf", "0" * 64)],
            7,
            "0" * 64,
            AT,
        ),
    ],
)
def test_a_message_comes_out_of_its_form_as_it_went_in(message: Any, names: Any) -> None:
    form = to_form(message, names)

    assert read_call(DOOR_OF[type(message)], form, names) == message
    body = xml_envelope.seal("x", form, SECRET, request_id=REQUEST, at=AT)
    assert xml_envelope.unseal(body, [SECRET], at=AT).form == form
    assert gm_envelope.unseal(sealed(form), OURS, THEIRS.public, at=AT)[0] == form


def test_money_goes_in_yuan_with_its_unit() -> None:
    form = to_form(Quote(20_005), GM_NAMES)

    assert form == {"premium": "200.05", "amountUnit": "元"}


@pytest.mark.parametrize(
    ("form", "why"),
    [
        ({"premium": "200.05"}, "amountUnit"),
        ({"premium": "0.02", "amountUnit": "万元"}, "amountUnit"),
        ({"premium": "200", "amountUnit": "元"}, "two places"),
        ({"premium": "-1.00", "amountUnit": "元"}, "two places"),
        ({"premium": "1e9", "amountUnit": "元"}, "two places"),
        ({"premium": "0.00", "amountUnit": "元"}, "out of range"),
        ({"premium": "99999999999999.99", "amountUnit": "元"}, "out of range"),
        ({"premium": "1.00", "amountUnit": "元", "more": ""}, "no field more"),
        ({}, "not as agreed"),
    ],
)
def test_a_form_that_is_not_exact_is_refused(form: dict[str, str], why: str) -> None:
    with pytest.raises(WireRefused, match=why):
        forms.read_form(form, Quote, GM_NAMES)


def test_documents_and_calls_that_nobody_knows_are_refused() -> None:
    with pytest.raises(WireRefused, match="not a list"):
        forms.read_form({"documents": "x"}, Claim, GM_NAMES)
    told = {"day": "2026-11-24", "lines": '[{"orderNo":"x","premium":"1.00"}]'}
    with pytest.raises(WireRefused, match="amountUnit"):
        forms.read_form(told, IssuedList, GM_NAMES)
    with pytest.raises(WireRefused, match="no such call"):
        read_call("orders", {}, GM_NAMES)


@pytest.mark.parametrize(
    "notice",
    [
        Notice(ORDER, ORDER, "underwriting"),
        Notice(ORDER, ORDER, "paid", premium_fen=20_000),
        Notice(ORDER, ORDER, "refused", reason="示范"),
        Notice(ORDER, ORDER, "declined", matter_id=MATTER, reason="示范"),
        Notice(ORDER, ORDER, "agreed", matter_id=MATTER, amount_fen=20_000),
    ],
)
def test_what_is_told_is_understood_and_the_same_is_the_same(notice: Notice) -> None:
    ((call, form),) = tell_forms(notice, GM_NAMES, b"")
    told = read_told(call, form, GM_NAMES, guarantor_id=GUARANTOR)
    again = read_told(call, dict(sorted(form.items())), GM_NAMES, guarantor_id=GUARANTOR)

    (heard,) = told.notices
    assert msgspec.structs.replace(heard, id=ORDER) == notice
    assert told == again


def test_what_no_database_can_keep_is_left_out_or_refused() -> None:
    told = {"orderNo": str(ORDER), "result": "2", "reason": "示\0范"}
    (notice,) = forms.read_told("result", told, GM_NAMES, guarantor_id=GUARANTOR).notices

    assert notice.reason == "示范"
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(
            {"id": str(ORDER), "order_id": str(ORDER), "state": "refused", "reason": "\0"}, Notice
        )


def test_a_result_is_two_steps_and_a_file_is_the_policy() -> None:
    issued = Notice(ORDER, ORDER, "issued", premium_fen=20_000)
    calls = tell_forms(issued, XML_NAMES, b"%PDF")
    longer = tell_forms(Notice(ORDER, ORDER, "agreed", matter_id=MATTER), XML_NAMES, b"%PDF")
    told = [
        read_told(call, form, XML_NAMES, guarantor_id=GUARANTOR) for call, form in calls + longer
    ]

    assert [[one.state for one in each.notices] for each in told] == [
        ["awaiting_premium", "paid"],
        ["issued"],
        ["agreed"],
    ]
    assert [each.file for each in told] == [None, b"%PDF", b"%PDF"]


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"content": "?"}, "Base64"),
        ({"content": ""}, "empty"),
        ({"content": base64.b64encode(b"other").decode()}, "digests"),
        ({"sha256": "0" * 64}, "digests"),
        ({"fileType": "OFD"}, "PDF"),
        ({"orderNo": "x"}, "orderNo"),
        ({"result": "1"}, "means nothing"),
    ],
)
def test_a_file_that_is_not_whole_is_refused(changed: dict[str, str], why: str) -> None:
    ((_, _), (call, form)) = tell_forms(Notice(ORDER, ORDER, "issued"), GM_NAMES, b"%PDF")

    with pytest.raises(WireRefused, match=why):
        read_told(call, {**form, **changed}, GM_NAMES, guarantor_id=GUARANTOR)


def changed_envelope(**changed: str) -> bytes:
    envelope = msgspec.json.decode(sealed({"a": "b"}))
    return msgspec.json.encode(envelope | changed)


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"", "not as agreed"),
        (changed_envelope(more="x"), "not as agreed"),
        (changed_envelope(nonceStr="short"), "nonceStr"),
        (changed_envelope(timeStamp="2026-11-24"), "milliseconds"),
        (changed_envelope(data="zz"), "hex"),
        (changed_envelope(data="00"), "not encrypted"),
        (changed_envelope(encrypt="2"), "not encrypted"),
        (changed_envelope(encrypt="0"), "sign is no"),
        (changed_envelope(sign="00"), "sign is no"),
        (changed_envelope(sign="x"), "sign is no"),
        (sealed({"a": "b"}, AT - timedelta(seconds=301)), "old"),
        (sealed({"a": "b"}, AT + timedelta(seconds=31)), "future"),
    ],
)
def test_an_envelope_that_does_not_hold_says_why(body: bytes, why: str) -> None:
    with pytest.raises(WireRefused, match=why):
        gm_envelope.unseal(body, OURS, THEIRS.public, at=AT)


def test_who_signed_is_asked_and_what_is_signed_must_be_a_form() -> None:
    with pytest.raises(WireRefused, match="sign is no"):
        gm_envelope.unseal(sealed({"a": "b"}), OURS, OURS.public, at=AT)
    with pytest.raises(WireRefused, match="flat object"):
        gm_envelope.unseal(sealed({"a": 1}), OURS, THEIRS.public, at=AT)  # type: ignore[dict-item]


def test_a_large_form_goes_in_plain_under_the_signature() -> None:
    form = {"content": "x" * 40_000}

    assert msgspec.json.decode(sealed(form))["encrypt"] == "0"
    assert gm_envelope.unseal(sealed(form), OURS, THEIRS.public, at=AT)[0] == form


def test_an_answer_belongs_to_one_question() -> None:
    asked, other = sealed({"a": "b"}), changed_envelope(nonceStr=NONCE[::-1])
    answer = gm_envelope.answer(asked, OURS, {"status": "1"})

    assert gm_envelope.read_answer(asked, answer, OURS.public) == {"status": "1"}
    for question, said, signer in (
        (other, answer, OURS.public),
        (asked, answer, THEIRS.public),
        (asked, gm_envelope.answer(b"?", OURS, {}), OURS.public),
    ):
        with pytest.raises(WireRefused):
            gm_envelope.read_answer(question, said, signer)


def test_keys_are_two_points_and_secrets_come_from_one_seed() -> None:
    text = base64.b64encode(THEIRS.public).decode()

    assert read_gm_key(text) == THEIRS.public
    assert gm_keys(bytes(32)).public != gm_keys(bytes([1]) * 32).public
    assert line_secret(bytes(32), b"a") != line_secret(bytes(32), b"b")
    for wrong in ("", "?", base64.b64encode(THEIRS.public[:-1]).decode(), text[:88]):
        with pytest.raises(WireRefused, match="130 bytes"):
            read_gm_key(wrong)


def xml(inner: str = "", *, at: datetime = AT, head: str = "", root: str = "xRequest") -> bytes:
    body = f"<requestBody><requestTime>{forms.instant_text(at)}</requestTime>{inner}</requestBody>"
    sign = xml_envelope.sign(SECRET, body.encode())
    named = head or f"<requestUUID>{REQUEST}</requestUUID><sign>{sign}</sign>"
    return f"<{root}><requestHead>{named}</requestHead>{body}</{root}>".encode()


DEEP = "<a>" * 5000
BOMB = b"""<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">
<!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">]>"""
EXTERNAL = b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>'


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (BOMB + xml("<a>&c;</a>"), "document type"),
        (EXTERNAL + xml("<a>&e;</a>"), "document type"),
        (b'<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd">' + xml(), "document type"),
        (b'<?xml-stylesheet href="x"?>' + xml(), "processing instruction"),
        (xml("<a>&e;</a>"), "well-formed"),
        (xml(DEEP), "no place|well-formed"),
        (xml('<a b="c">1</a>'), "no place"),
        (xml("<a>1</a><a>2</a>"), "no place"),
        (xml("".join(f"<a{n}>1</a{n}>" for n in range(200))), "too many"),
        (xml("text"), "between"),
        (xml(root="x"), "not a request"),
        (xml(head="<sign>0</sign>"), "keyed digest"),
        (xml().replace(b"<requestTime>1", b"<requestTime>2"), "keyed digest"),
        (xml(head=f"<sign>{'é' * 32}</sign>"), "keyed digest"),
        (xml().replace(REQUEST.encode(), b"x"), "requestUUID"),
        (xml(at=AT - timedelta(seconds=301)), "old"),
        (xml(at=AT + timedelta(seconds=31)), "future"),
        (xml().replace(b"</requestBody>", b"</requestBody><requestBody></requestBody>"), "more"),
        (xml()[:-5], "well-formed"),
        (b"", "well-formed"),
        (b"\xff\xfe", "well-formed"),
        (b" " * (xml_envelope.BYTES_MAX + 1), "too large"),
    ],
)
def test_a_document_that_is_hostile_or_wrong_is_refused(body: bytes, why: str) -> None:
    with pytest.raises(WireRefused, match=why):
        xml_envelope.unseal(body, [SECRET], at=AT)


def test_while_a_secret_changes_both_pass_and_an_answer_belongs_to_its_question() -> None:
    body = xml("<a>1</a>")
    answer = xml_envelope.answer(
        {"resultFlag": "1"}, SECRET, request_id=xml_envelope.request_id_of(body), at=AT
    )
    known = [b"new" * 8, SECRET]

    assert xml_envelope.unseal(body, known, at=AT).form == {"a": "1"}
    spaced = body.replace(b"</requestHead>", b"</requestHead> ")
    assert xml_envelope.unseal(spaced, known, at=AT).form == {"a": "1"}
    assert xml_envelope.read_answer(answer, known, request_id=REQUEST, at=AT) == {"resultFlag": "1"}
    assert xml_envelope.request_id_of(b"?") == ""
    nobody = xml_envelope.answer({}, SECRET, request_id="", at=AT)
    with pytest.raises(WireRefused, match="another message"):
        xml_envelope.read_answer(nobody, known, request_id=REQUEST, at=AT)
