"""Certificates of organizations: what they say, who may have one, how they end."""

import base64
from datetime import timedelta

import pytest

from crypto.certificates import check_crl, facts, is_revoked, make_request, verify_chain
from crypto.keys import generate_signing_key
from tendering.actions.certificates import require_valid
from tendering.domain.refusals.signatures import SignatureRefused
from tendering.domain.roles import Role
from tendering.storage.connection import InsufficientPrivilege, reading, transaction
from tests.integration.api.conftest import NOON, Edge, Json, a_uscc


def a_request(name: str = "假冒单位") -> str:
    """A request, base64, that asks for a name that is not the asker's."""
    key = generate_signing_key()
    request = make_request(key, common_name=name, organization=name, uscc=a_uscc(9))
    return base64.b64encode(request).decode()


async def issued(edge: Edge, token: str, *, key: str = "certificate-1") -> Json:
    """A certificate that was issued."""
    status, answer = await edge.call(
        "POST", "/certificates", {"request": a_request()}, key=key, token=token
    )
    assert status == 201, answer
    return answer


async def test_a_certificate_says_what_the_account_says(edge: Edge) -> None:
    await edge.enter(1, Role.BIDDER)
    token = await edge.log_in("login1")

    answer = await issued(edge, token)

    der = base64.b64decode(answer["certificate"])
    root = base64.b64decode(answer["chain"][0])
    told = verify_chain(der, [], trusted_roots=[root], at=NOON)
    assert root == edge.context.keys.trusted_roots()[0]
    assert (told.organization, told.uscc) == ("示范单位1", a_uscc(1))
    assert f"{told.serial:x}" == answer["serial"]


@pytest.mark.parametrize("request_der", [b"not a request", b"\x30\x00"])
async def test_what_is_no_request_is_refused(edge: Edge, request_der: bytes) -> None:
    await edge.enter(1, Role.BIDDER)
    body = {"request": base64.b64encode(request_der).decode()}

    status, answer = await edge.call(
        "POST", "/certificates", body, key="certificate-1", token=await edge.log_in("login1")
    )

    assert (status, answer["code"]) == (422, "certificate-request-refused")


async def test_a_key_is_certified_once(edge: Edge) -> None:
    await edge.enter(1, Role.BIDDER)
    await edge.enter(2, Role.BIDDER)
    body = {"request": a_request()}
    await edge.call(
        "POST", "/certificates", body, key="certificate-1", token=await edge.log_in("login1")
    )

    status, answer = await edge.call(
        "POST", "/certificates", body, key="certificate-1", token=await edge.log_in("login2")
    )

    assert (status, answer["code"]) == (409, "key-already-certified")


async def test_who_lost_the_answer_gets_the_same_certificate_until_it_is_revoked(
    edge: Edge,
) -> None:
    await edge.enter(1, Role.BIDDER)
    token, body = await edge.log_in("login1"), {"request": a_request()}
    _, first = await edge.call("POST", "/certificates", body, key="certificate-1", token=token)

    _, again = await edge.call("POST", "/certificates", body, key="certificate-2", token=token)
    path = f"/certificates/{first['serial']}/revocation"
    await edge.call("POST", path, {"reason": "superseded"}, key="revocation-1", token=token)
    gone, refused = await edge.call("POST", "/certificates", body, key="certificate-3", token=token)

    assert again == first
    assert (gone, refused["code"]) == (409, "key-already-certified")


async def test_only_an_administrator_has_keys_certified(edge: Edge) -> None:
    await edge.enter(1, Role.BIDDER, administrator=False)
    token = await edge.log_in("login1")

    status, answer = await edge.call(
        "POST", "/certificates", {"request": a_request()}, key="certificate-1", token=token
    )

    assert (status, answer["code"]) == (403, "not-administrator")


async def test_an_organization_lists_its_own(edge: Edge) -> None:
    await edge.enter(1, Role.BIDDER)
    await edge.enter(2, Role.BIDDER)
    one, two = await edge.log_in("login1"), await edge.log_in("login2")
    answer = await issued(edge, one)

    _, own = await edge.call("GET", "/certificates", token=one)
    _, other = await edge.call("GET", "/certificates", token=two)

    assert [item["serial"] for item in own["items"]] == [answer["serial"]]
    assert other["items"] == []


async def test_a_revoked_certificate_is_on_the_list_from_then_on(edge: Edge) -> None:
    await edge.enter(1, Role.BIDDER)
    await edge.enter(2, Role.BIDDER)
    token, stranger = await edge.log_in("login1"), await edge.log_in("login2")
    answer = await issued(edge, token)
    path = f"/certificates/{answer['serial']}/revocation"
    reason = {"reason": "key_compromise"}
    edge.clock.forward(timedelta(hours=1))

    foreign, _ = await edge.call("POST", path, reason, key="revocation-1", token=stranger)
    done, revoked = await edge.call("POST", path, reason, key="revocation-1", token=token)
    again, _ = await edge.call("POST", path, reason, key="revocation-2", token=token)
    none, _ = await edge.call(
        "POST", "/certificates/abc/revocation", reason, key="revocation-3", token=token
    )

    crl = await (await edge.request("GET", "/certificates/revocations")).read()
    root = edge.context.keys.authority.certificate
    serial, now = int(answer["serial"], 16), edge.clock.now()
    check_crl(crl, authority=root, at=now)
    assert (foreign, done, again, none) == (404, 200, 409, 404)
    assert revoked["revocation_reason"] == "key_compromise"
    assert is_revoked(crl, serial, now)
    assert not is_revoked(crl, serial, now - timedelta(minutes=1))


async def test_the_operator_may_revoke_any(edge: Edge) -> None:
    await edge.enter(1, Role.BIDDER)
    await edge.enter(2, Role.OPERATOR)
    answer = await issued(edge, await edge.log_in("login1"))

    status, _ = await edge.call(
        "POST",
        f"/certificates/{answer['serial']}/revocation",
        {},
        key="revocation-1",
        token=await edge.log_in("login2"),
    )

    assert status == 200


async def test_a_signers_certificate_must_hold_at_the_time_and_for_the_organization(
    edge: Edge,
) -> None:
    await edge.enter(1, Role.BIDDER)
    token = await edge.log_in("login1")
    answer = await issued(edge, token)
    der = base64.b64decode(answer["certificate"])
    later = NOON + timedelta(hours=2)
    edge.clock.forward(timedelta(hours=1))
    await edge.call(
        "POST",
        f"/certificates/{answer['serial']}/revocation",
        {},
        key="revocation-1",
        token=token,
    )
    pool, keys = edge.context.pool, edge.context.keys

    async with reading(pool) as connection:
        told = await require_valid(connection, keys, der, uscc=a_uscc(1), at=NOON)
        for certificate, uscc, at in (
            (der, a_uscc(2), NOON),
            (der, a_uscc(1), later),
            (der, a_uscc(1), NOON - timedelta(days=1)),
            (b"no certificate", a_uscc(1), NOON),
        ):
            with pytest.raises(SignatureRefused):
                await require_valid(connection, keys, certificate, uscc=uscc, at=at)

    assert told == facts(der)


async def test_an_issued_certificate_cannot_be_deleted(edge: Edge) -> None:
    with pytest.raises(InsufficientPrivilege):
        async with transaction(edge.context.pool) as connection:
            await connection.execute("DELETE FROM tendering.certificates")
