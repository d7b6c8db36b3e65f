"""Passkeys: registered by somebody logged in, then enough to log in."""

from dataclasses import replace
from typing import Any

import pytest
from webauthn.helpers import bytes_to_base64url

from tendering.domain.roles import Role
from tendering.storage import passkeys
from tendering.storage.connection import transaction
from tests.integration.api.conftest import ORIGIN, Edge, Json
from tests.support.authenticator import USER_PRESENT, Authenticator


@pytest.fixture
def authenticator() -> Authenticator:
    """A credential that belongs to the platform's origin."""
    return Authenticator(ORIGIN, "bids.example")


async def register(edge: Edge, token: str, authenticator: Authenticator) -> tuple[int, Json]:
    """The two steps of registration."""
    _, begun = await edge.call("POST", "/passkeys/registration", token=token)
    credential = authenticator.create(begun["public_key"])
    return await edge.call(
        "POST", "/passkeys", {"name": "示范钥匙", "credential": credential}, token=token
    )


async def log_in(edge: Edge, authenticator: Authenticator, **body: Any) -> tuple[int, Json]:
    """The two steps of a log-in."""
    _, begun = await edge.call("POST", "/sessions/passkey-challenge")
    credential = authenticator.get(begun["public_key"])
    return await edge.call("POST", "/sessions/passkey", {"credential": credential} | body)


async def test_a_registered_passkey_begins_a_session(
    edge: Edge, authenticator: Authenticator
) -> None:
    person = await edge.enter(1, Role.AGENCY, Role.BIDDER)
    registered, _ = await register(edge, await edge.log_in("login1"), authenticator)

    first, answer = await log_in(edge, authenticator, role="bidder")
    second, _ = await log_in(edge, authenticator)

    assert (registered, first, second) == (201, 201, 201)
    assert answer["actor"]["person_id"] == str(person.id)
    assert answer["actor"]["role"] == "bidder"


async def test_the_options_ask_for_a_verified_user_and_bind_the_host(edge: Edge) -> None:
    person = await edge.enter(1, Role.BIDDER)
    token = await edge.log_in("login1")

    _, create = await edge.call("POST", "/passkeys/registration", token=token)
    _, get = await edge.call("POST", "/sessions/passkey-challenge")

    assert create["public_key"]["rp"]["id"] == get["public_key"]["rpId"] == "bids.example"
    assert create["public_key"]["user"]["id"] == bytes_to_base64url(person.id.bytes)
    assert create["public_key"]["authenticatorSelection"]["userVerification"] == "required"
    assert get["public_key"]["userVerification"] == "required"
    assert not get["public_key"].get("allowCredentials")


@pytest.mark.parametrize(
    "change",
    [
        {"origin": "https://bids.example.evil"},
        {"rp_id": "other.example"},
        {"flags": USER_PRESENT},
    ],
    ids=["another origin", "another host", "user not verified"],
)
async def test_a_passkey_of_somewhere_else_is_refused(
    edge: Edge, authenticator: Authenticator, change: Json
) -> None:
    await edge.enter(1, Role.BIDDER)
    token = await edge.log_in("login1")
    wrong = replace(authenticator, **change)

    at_registration, answer = await register(edge, token, wrong)
    await register(edge, token, authenticator)
    at_log_in, problem = await log_in(edge, wrong)

    assert (at_registration, answer["code"]) == (422, "passkey-refused")
    assert (at_log_in, problem["code"]) == (401, "login-refused")


async def test_a_challenge_is_answered_once(edge: Edge, authenticator: Authenticator) -> None:
    await edge.enter(1, Role.BIDDER)
    await register(edge, await edge.log_in("login1"), authenticator)
    _, begun = await edge.call("POST", "/sessions/passkey-challenge")

    statuses = [
        (
            await edge.call(
                "POST",
                "/sessions/passkey",
                {"credential": authenticator.get(begun["public_key"])},
            )
        )[0]
        for _ in range(2)
    ]

    assert statuses == [201, 401]


async def test_a_challenge_serves_its_own_purpose_only(
    edge: Edge, authenticator: Authenticator
) -> None:
    await edge.enter(1, Role.BIDDER)
    await edge.enter(2, Role.BIDDER)
    token, other = await edge.log_in("login1"), await edge.log_in("login2")
    _, begun = await edge.call("POST", "/passkeys/registration", token=token)
    body = {"name": "示范钥匙", "credential": authenticator.create(begun["public_key"])}

    theirs, _ = await edge.call("POST", "/passkeys", body, token=other)
    log_in_with_it, _ = await edge.call(
        "POST", "/sessions/passkey", {"credential": authenticator.get(begun["public_key"])}
    )

    assert (theirs, log_in_with_it) == (422, 401)


async def test_an_expired_challenge_is_refused_and_forgotten(
    edge: Edge, authenticator: Authenticator
) -> None:
    await edge.enter(1, Role.BIDDER)
    await register(edge, await edge.log_in("login1"), authenticator)
    _, begun = await edge.call("POST", "/sessions/passkey-challenge")
    async with transaction(edge.context.pool) as connection:
        await connection.execute("UPDATE tendering.passkey_challenges SET expires_at = now()")

    status, _ = await edge.call(
        "POST", "/sessions/passkey", {"credential": authenticator.get(begun["public_key"])}
    )

    async with transaction(edge.context.pool) as connection:
        await passkeys.delete_expired_challenges(connection)
        left = await connection.fetchval("SELECT count(*) FROM tendering.passkey_challenges")
    assert (status, left) == (401, 0)


async def test_a_cloned_passkey_is_noticed_by_its_counter(
    edge: Edge, authenticator: Authenticator
) -> None:
    await edge.enter(1, Role.BIDDER)
    await register(edge, await edge.log_in("login1"), authenticator)
    clone = replace(authenticator)
    await log_in(edge, authenticator)
    await log_in(edge, authenticator)

    status, _ = await log_in(edge, clone)

    assert status == 401


async def test_a_passkey_is_registered_once(edge: Edge, authenticator: Authenticator) -> None:
    await edge.enter(1, Role.BIDDER)
    token = await edge.log_in("login1")
    await register(edge, token, authenticator)

    status, answer = await register(edge, token, authenticator)

    assert (status, answer["code"]) == (422, "passkey-refused")


async def test_a_removed_passkey_no_longer_opens(edge: Edge, authenticator: Authenticator) -> None:
    await edge.enter(1, Role.BIDDER)
    token = await edge.log_in("login1")
    _, registered = await register(edge, token, authenticator)
    path = f"/me/passkeys/{registered['credential_id']}"
    _, listed = await edge.call("GET", "/me/passkeys", token=token)

    removed, _ = await edge.call("DELETE", path, token=token)

    again, _ = await edge.call("DELETE", path, token=token)
    status, _ = await log_in(edge, authenticator)
    assert [item["name"] for item in listed["items"]] == ["示范钥匙"]
    assert (removed, again, status) == (204, 404, 401)


async def test_the_passkey_of_somebody_who_left_opens_nothing(
    edge: Edge, authenticator: Authenticator
) -> None:
    person = await edge.enter(1, Role.BIDDER)
    await edge.enter(2, Role.OPERATOR)
    await register(edge, await edge.log_in("login1"), authenticator)
    await edge.call(
        "POST",
        f"/people/{person.id}/departure",
        key="departure-1",
        token=await edge.log_in("login2"),
    )

    status, _ = await log_in(edge, authenticator)

    assert status == 401


@pytest.mark.parametrize(
    "credential",
    [
        {},
        {"response": 1},
        {"response": {"clientDataJSON": "%%%"}},
        {"response": {"clientDataJSON": bytes_to_base64url(b"[]")}},
        {"response": {"clientDataJSON": bytes_to_base64url(b'{"challenge": 1}')}},
        {"rawId": 1, "response": {"clientDataJSON": bytes_to_base64url(b"\xff")}},
    ],
)
async def test_what_is_no_credential_is_refused(edge: Edge, credential: Json) -> None:
    await edge.enter(1, Role.BIDDER)
    token = await edge.log_in("login1")

    entered, _ = await edge.call(
        "POST", "/passkeys", {"name": "a", "credential": credential}, token=token
    )
    opened, _ = await edge.call("POST", "/sessions/passkey", {"credential": credential})

    assert (entered, opened) == (422, 401)


async def test_a_malformed_answer_to_a_true_challenge_is_refused(
    edge: Edge, authenticator: Authenticator
) -> None:
    await edge.enter(1, Role.BIDDER)
    token = await edge.log_in("login1")
    statuses = []
    for field in ("attestationObject", "rawId", "id", "type"):
        _, begun = await edge.call("POST", "/passkeys/registration", token=token)
        credential = authenticator.create(begun["public_key"])
        holder = credential["response"] if field in credential["response"] else credential
        holder[field] = "gICA"
        body = {"name": "a", "credential": credential}
        statuses.append((await edge.call("POST", "/passkeys", body, token=token))[0])

    _, begun = await edge.call("POST", "/sessions/passkey-challenge")
    stranger = authenticator.get(begun["public_key"])
    stranger["rawId"] = "a"
    at_log_in, _ = await edge.call("POST", "/sessions/passkey", {"credential": stranger})

    assert set(statuses) == {422}
    assert at_log_in == 401
