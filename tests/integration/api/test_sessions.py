"""Log-in, log-out, cookies, roles, limits."""

from datetime import timedelta

import pytest

from tendering.api.rate_limit import LOGIN_FROM_ADDRESS, REGISTRATION, Limit
from tendering.domain.roles import Role
from tendering.storage import rate_limits, sessions
from tendering.storage.connection import reading, transaction
from tests.integration.api.conftest import PASSWORD, Edge

LOGIN = {"login": "login1", "password": PASSWORD}


async def test_a_session_knows_who_acts(edge: Edge) -> None:
    person = await edge.enter(1, Role.BIDDER)

    status, answer = await edge.call("POST", "/sessions", LOGIN)

    assert status == 201
    assert answer["actor"]["person_id"] == str(person.id)
    assert answer["actor"]["role"] == "bidder"
    assert answer["expires_in_seconds"] == 12 * 3600


async def test_the_token_is_not_in_the_database(edge: Edge) -> None:
    await edge.enter(1, Role.BIDDER)
    token = await edge.log_in("login1")

    async with reading(edge.context.pool) as connection:
        rows = await connection.fetch("SELECT s::text FROM tendering.sessions AS s")

    assert len(rows) == 1
    assert token not in str(rows)


@pytest.mark.parametrize(
    "body",
    [LOGIN | {"password": "not the password"}, LOGIN | {"login": "nobody"}],
    ids=["wrong password", "unknown login"],
)
async def test_a_wrong_password_and_an_unknown_login_are_one_answer(
    edge: Edge, body: dict[str, str]
) -> None:
    await edge.enter(1, Role.BIDDER)

    answer = await edge.request("POST", "/sessions", body)

    problem = await answer.json()
    assert (answer.status, problem["code"]) == (401, "login-refused")
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    assert "Set-Cookie" not in answer.headers


async def test_a_role_that_is_not_held_is_refused(edge: Edge) -> None:
    await edge.enter(1, Role.BIDDER)

    status, answer = await edge.call("POST", "/sessions", LOGIN | {"role": "operator"})

    assert (status, answer["code"]) == (403, "role-not-held")


async def test_changing_the_role_ends_the_session_before(edge: Edge) -> None:
    await edge.enter(1, Role.AGENCY, Role.BIDDER)
    token = await edge.log_in("login1", Role.BIDDER)

    status, changed = await edge.call("POST", "/sessions/role", {"role": "agency"}, token=token)

    before, _ = await edge.call("GET", "/me", token=token)
    _, me = await edge.call("GET", "/me", token=changed["token"])
    assert (status, before) == (201, 401)
    assert (me["role"], sorted(me["roles"])) == ("agency", ["agency", "bidder"])


async def test_logging_out_ends_the_session(edge: Edge) -> None:
    await edge.enter(1, Role.BIDDER)
    token = await edge.log_in("login1")

    answer = await edge.request("DELETE", "/sessions/current", token=token)

    status, _ = await edge.call("GET", "/me", token=token)
    assert (answer.status, status) == (204, 401)
    assert "Max-Age=0" in answer.headers["Set-Cookie"]


@pytest.mark.parametrize(
    "header", ["Bearer x", "Basic abc", "Bearer " + "A" * 43, "bearer", "\u00ff" * 43]
)
async def test_a_token_that_is_none_is_no_session(edge: Edge, header: str) -> None:
    status, answer = await edge.call("GET", "/me", headers={"Authorization": header})

    assert (status, answer["code"]) == (401, "unauthenticated")


async def test_a_session_ends_by_real_time(edge: Edge) -> None:
    await edge.enter(1, Role.BIDDER)
    token = await edge.log_in("login1")
    edge.clock.forward(timedelta(days=400))
    later, _ = await edge.call("GET", "/me", token=token)
    async with transaction(edge.context.pool) as connection:
        await connection.execute(
            """UPDATE tendering.sessions
               SET created_at = now() - interval '13 hours', expires_at = now()"""
        )

    expired, _ = await edge.call("GET", "/me", token=token)

    async with transaction(edge.context.pool) as connection:
        await sessions.delete_expired(connection)
        left = await connection.fetchval("SELECT count(*) FROM tendering.sessions")
    assert (later, expired, left) == (200, 401, 0)


async def test_the_cookie_is_bound_to_host_and_path(edge: Edge) -> None:
    await edge.enter(1, Role.BIDDER)

    answer = await edge.request("POST", "/sessions", LOGIN)

    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("__Host-session=")
    for attribute in ("Path=/", "Secure", "HttpOnly", "SameSite=Lax"):
        assert attribute in cookie


async def test_a_cookie_alone_may_read_but_not_change(edge: Edge) -> None:
    await edge.enter(1, Role.BIDDER)
    _, session = await edge.call("POST", "/sessions", LOGIN)
    cookie = {"Cookie": f"__Host-session={session['token']}"}
    wrong = cookie | {"X-CSRF-Token": "A" * 43}
    right = cookie | {"X-CSRF-Token": session["csrf_token"]}

    read, me = await edge.call("GET", "/me", headers=cookie)
    bare, problem = await edge.call("DELETE", "/sessions/current", headers=cookie)
    guessed, _ = await edge.call("DELETE", "/sessions/current", headers=wrong)
    done, _ = await edge.call("DELETE", "/sessions/current", headers=right)

    assert (read, bare, guessed, done) == (200, 403, 403, 204)
    assert me["csrf_token"] == session["csrf_token"]
    assert problem["code"] == "csrf-token-missing"


async def test_a_cookie_does_not_register_others_without_the_token(edge: Edge) -> None:
    await edge.enter(1, Role.OPERATOR)
    _, session = await edge.call("POST", "/sessions", LOGIN)

    status, answer = await edge.call(
        "POST",
        "/organizations",
        {
            "uscc": "911100000000000021",
            "name": "示范单位",
            "person": {"name": "示范", "login": "other", "password": PASSWORD},
            "role": "supervisor",
        },
        key="registration-1",
        headers={"Cookie": f"__Host-session={session['token']}"},
    )

    assert (status, answer["code"]) == (403, "csrf-token-missing")


async def test_guessing_is_slowed_down_and_says_how_long(edge: Edge) -> None:
    await edge.enter(1, Role.BIDDER)
    wrong = LOGIN | {"password": "a guess at it"}
    statuses = [
        (await edge.call("POST", "/sessions", wrong))[0] for _ in range(LOGIN_FROM_ADDRESS.burst)
    ]

    limited = await edge.request("POST", "/sessions", LOGIN)

    assert set(statuses) == {401}
    assert limited.status == 429
    assert 1 <= int(limited.headers["Retry-After"]) <= 15


async def test_right_log_ins_are_not_limited(edge: Edge) -> None:
    await edge.enter(1, Role.BIDDER)

    statuses = [
        (await edge.call("POST", "/sessions", LOGIN))[0]
        for _ in range(LOGIN_FROM_ADDRESS.burst + 2)
    ]

    assert set(statuses) == {201}


async def test_registrations_of_one_address_are_limited(
    edge: Edge, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "tendering.api.accounts.REGISTRATION", Limit(REGISTRATION.name, 1, REGISTRATION.refill)
    )
    body = {
        "uscc": "911100000000000021",
        "name": "示范单位",
        "person": {"name": "示范", "login": "other", "password": PASSWORD},
    }

    statuses = [
        (await edge.call("POST", "/organizations", body, key=f"registration-{n}"))[0]
        for n in range(2)
    ]

    assert statuses == [422, 429]


async def test_a_bucket_fills_again_and_is_forgotten(edge: Edge) -> None:
    bucket, refill = bytes(32), timedelta(milliseconds=1)
    async with reading(edge.context.pool) as connection:
        waits = [
            await rate_limits.take(connection, bucket, refill=timedelta(hours=1), burst=2)
            for _ in range(3)
        ]
        await rate_limits.give_back(connection, bucket, refill=timedelta(hours=1))
        again = await rate_limits.take(connection, bucket, refill=timedelta(hours=1), burst=2)
        await rate_limits.take(connection, b"\1" * 32, refill=refill, burst=1)
        await connection.execute("SELECT pg_sleep(0.002)")
        await rate_limits.delete_full(connection)
        left = await connection.fetchval("SELECT count(*) FROM tendering.rate_limits")

    assert waits[:2] == [None, None]
    assert waits[2] is not None
    assert timedelta(minutes=59) < waits[2] <= timedelta(hours=1)
    assert (again, left) == (None, 1)
