"""Organizations, colleagues, authorizations, departure."""

from datetime import timedelta
from uuid import uuid4

import pytest

from tendering.domain.roles import Role
from tests.integration.api.conftest import NOON, PASSWORD, Edge, Json, a_uscc


def registration(number: int, **changes: object) -> Json:
    """A body of POST /organizations."""
    person = {"name": "示范人员", "login": f"login{number}", "password": PASSWORD}
    return {"uscc": a_uscc(number), "name": f"示范单位{number}", "person": person} | changes


def colleague(**changes: object) -> Json:
    """A body of POST /people."""
    return {
        "name": "示范同事",
        "login": "colleague",
        "password": PASSWORD,
        "roles": ["bidder"],
    } | changes


async def test_a_bidder_registers_and_may_act_at_once(edge: Edge) -> None:
    status, answer = await edge.call("POST", "/organizations", registration(1), key="register-1")

    _, me = await edge.call("GET", "/me", token=await edge.log_in("login1"))
    assert status == 201
    assert me["organization"]["id"] == answer["organization_id"]
    assert me["organization"]["uscc"] == a_uscc(1)
    assert me["person"] == {
        "id": answer["person_id"],
        "name": "示范人员",
        "login": "login1",
        "is_administrator": True,
        "left_at": None,
    }


async def test_the_same_registration_once_more_gets_the_same_answer(edge: Edge) -> None:
    first = await edge.call("POST", "/organizations", registration(1), key="register-1")
    second = await edge.call("POST", "/organizations", registration(1), key="register-1")

    assert first == second


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"uscc": a_uscc(1)}, "already-registered"),
        ({"uscc": a_uscc(2)}, "login-taken"),
        ({"uscc": a_uscc(2)[:-1] + "0"}, "uscc-invalid"),
        ({"uscc": a_uscc(2), "role": "supervisor"}, "forbidden"),
    ],
)
async def test_a_registration_may_be_refused(edge: Edge, change: Json, code: str) -> None:
    await edge.call("POST", "/organizations", registration(1), key="register-1")
    person = {"name": "另一人", "login": "login1", "password": "another password"}

    _, answer = await edge.call(
        "POST", "/organizations", registration(1, person=person) | change, key="register-2"
    )

    assert answer["code"] == code


async def test_only_the_operator_registers_other_roles(edge: Edge) -> None:
    await edge.enter(1, Role.OPERATOR)
    await edge.enter(2, Role.BIDDER)
    body = registration(3, role="supervisor")

    refused, _ = await edge.call(
        "POST", "/organizations", body, key="register-1", token=await edge.log_in("login2")
    )
    done, _ = await edge.call(
        "POST", "/organizations", body, key="register-1", token=await edge.log_in("login1")
    )

    assert (refused, done) == (403, 201)


async def test_the_operator_gives_an_organization_a_role_that_it_may_then_grant(
    edge: Edge,
) -> None:
    await edge.enter(1, Role.OPERATOR)
    person = await edge.enter(2, Role.BIDDER)
    operator, administrator = await edge.log_in("login1"), await edge.log_in("login2")
    roles = f"/organizations/{person.organization_id}/roles"
    grant = f"/people/{person.id}/authorizations"

    early, _ = await edge.call(
        "POST", grant, {"role": "agency"}, key="grant-00001", token=administrator
    )
    given, answer = await edge.call(
        "POST", roles, {"role": "agency"}, key="role-000001", token=operator
    )
    twice, _ = await edge.call("POST", roles, {"role": "agency"}, key="role-000002", token=operator)
    nobody, _ = await edge.call(
        "POST",
        f"/organizations/{uuid4()}/roles",
        {"role": "agency"},
        key="role-000003",
        token=operator,
    )
    granted, _ = await edge.call(
        "POST", grant, {"role": "agency"}, key="grant-00002", token=administrator
    )
    again, _ = await edge.call(
        "POST", grant, {"role": "agency"}, key="grant-00003", token=administrator
    )

    assert (early, given, twice, nobody, granted, again) == (403, 200, 409, 404, 201, 409)
    assert answer["roles"] == ["agency", "bidder"]


async def test_an_administrator_adds_a_colleague_who_may_then_log_in(edge: Edge) -> None:
    await edge.enter(1, Role.BIDDER)
    token = await edge.log_in("login1")

    first = await edge.call("POST", "/people", colleague(), key="person-0001", token=token)
    second = await edge.call("POST", "/people", colleague(), key="person-0001", token=token)

    _, people = await edge.call("GET", "/people", token=token)
    _, me = await edge.call("GET", "/me", token=await edge.log_in("colleague"))
    assert first == second
    assert [person["login"] for person in people["items"]] == ["colleague", "login1"]
    assert len(people["authorizations"]) == 2
    assert me["role"] == "bidder"


@pytest.mark.parametrize(
    ("change", "code"),
    [({"roles": ["agency"]}, "role-not-held"), ({"login": "login1"}, "login-taken")],
)
async def test_a_colleague_may_be_refused(edge: Edge, change: Json, code: str) -> None:
    await edge.enter(1, Role.BIDDER)
    token = await edge.log_in("login1")

    _, answer = await edge.call(
        "POST", "/people", colleague(**change), key="person-0001", token=token
    )

    assert answer["code"] == code


async def test_who_is_no_administrator_manages_nobody(edge: Edge) -> None:
    person = await edge.enter(1, Role.BIDDER, administrator=False)
    token = await edge.log_in("login1")

    answers = [
        await edge.call("GET", "/people", token=token),
        await edge.call("POST", "/people", colleague(), key="person-0001", token=token),
        await edge.call("POST", f"/people/{person.id}/departure", key="departure-1", token=token),
        await edge.call(
            "POST",
            f"/people/{person.id}/authorizations",
            {"role": "bidder"},
            key="grant-00001",
            token=token,
        ),
    ]

    assert {answer["code"] for _, answer in answers} == {"not-administrator"}


async def test_people_of_other_organizations_are_not_found(edge: Edge) -> None:
    await edge.enter(1, Role.BIDDER)
    other = await edge.enter(2, Role.BIDDER)
    token = await edge.log_in("login1")

    for person_id in (other.id, uuid4()):
        path = f"/people/{person_id}"
        gone, _ = await edge.call("POST", f"{path}/departure", key="departure-1", token=token)
        granted, _ = await edge.call(
            "POST", f"{path}/authorizations", {"role": "bidder"}, key="grant-00001", token=token
        )
        revoked, _ = await edge.call("DELETE", f"{path}/authorizations/{uuid4()}", token=token)

        assert (gone, granted, revoked) == (404, 404, 404)


async def test_who_leaves_is_out_at_once(edge: Edge) -> None:
    await edge.enter(1, Role.BIDDER)
    token = await edge.log_in("login1")
    _, person = await edge.call("POST", "/people", colleague(), key="person-0001", token=token)
    theirs = await edge.log_in("colleague")
    departure = f"/people/{person['id']}/departure"

    status, _ = await edge.call("POST", departure, key="departure-1", token=token)

    inside, _ = await edge.call("GET", "/me", token=theirs)
    outside, _ = await edge.call("POST", "/sessions", {"login": "colleague", "password": PASSWORD})
    granted, answer = await edge.call(
        "POST",
        f"/people/{person['id']}/authorizations",
        {"role": "bidder"},
        key="grant-00001",
        token=token,
    )
    assert (status, inside, outside, granted) == (204, 401, 401, 409)
    assert answer["code"] == "person-left"


async def test_the_last_administrator_stays(edge: Edge) -> None:
    person = await edge.enter(1, Role.BIDDER)
    await edge.enter(2, Role.OPERATOR)
    departure = f"/people/{person.id}/departure"
    token, operator = await edge.log_in("login1"), await edge.log_in("login2")

    own, answer = await edge.call("POST", departure, key="departure-1", token=token)
    locked_out, _ = await edge.call("POST", departure, key="departure-1", token=operator)

    assert (own, answer["code"]) == (409, "last-administrator")
    assert locked_out == 204


async def test_revoking_an_authorization_ends_what_was_begun_on_it(edge: Edge) -> None:
    await edge.enter(1, Role.AGENCY, Role.BIDDER)
    token = await edge.log_in("login1", Role.AGENCY)
    bidding = await edge.log_in("login1", Role.BIDDER)
    _, people = await edge.call("GET", "/people", token=token)
    path = next(
        f"/people/{each['person_id']}/authorizations/{each['id']}"
        for each in people["authorizations"]
        if each["role"] == "bidder"
    )

    revoked, _ = await edge.call("DELETE", path, token=token)

    again, _ = await edge.call("DELETE", path, token=token)
    inside, _ = await edge.call("GET", "/me", token=bidding)
    other, _ = await edge.call("GET", "/me", token=token)
    assert (revoked, again, inside, other) == (204, 404, 401, 200)


async def test_an_authorization_ends_by_the_platforms_clock(edge: Edge) -> None:
    person = await edge.enter(1, Role.BIDDER)
    await edge.enter(2, Role.OPERATOR)
    operator = await edge.log_in("login2")
    await edge.call(
        "POST",
        f"/organizations/{person.organization_id}/roles",
        {"role": "agency"},
        key="role-000001",
        token=operator,
    )
    token = await edge.log_in("login1")
    grant = f"/people/{person.id}/authorizations"
    until = {"role": "agency", "valid_until": (NOON + timedelta(days=1)).isoformat()}
    past = {"role": "agency", "valid_until": NOON.isoformat()}

    over, answer = await edge.call("POST", grant, past, key="grant-00001", token=token)
    given, _ = await edge.call("POST", grant, until, key="grant-00002", token=token)
    acting = await edge.log_in("login1", Role.AGENCY)
    edge.clock.forward(timedelta(days=1))
    ended, _ = await edge.call("GET", "/me", token=acting)
    fresh, _ = await edge.call("POST", grant, {"role": "agency"}, key="grant-00003", token=token)

    assert (over, answer["code"]) == (422, "already-over")
    assert (given, ended, fresh) == (201, 401, 201)


NEW = "几个 互不相关 lantern 的词"


async def test_who_changes_the_password_is_out_everywhere_else(edge: Edge) -> None:
    await edge.enter(1, Role.BIDDER)
    here, there = await edge.log_in("login1"), await edge.log_in("login1")
    change = {"current": PASSWORD, "new": NEW}

    changed, _ = await edge.call("PUT", "/me/password", change, token=here)
    again, _ = await edge.call("PUT", "/me/password", change, token=here)

    assert (changed, again) == (204, 204)
    assert [(await edge.call("GET", "/me", token=token))[0] for token in (here, there)] == [
        200,
        401,
    ]
    login = {"login": "login1"}
    before, _ = await edge.call("POST", "/sessions", login | {"password": PASSWORD})
    after, _ = await edge.call("POST", "/sessions", login | {"password": NEW})
    assert (before, after) == (401, 201)


async def test_a_password_is_not_changed_without_the_present_one_or_to_a_guessable_one(
    edge: Edge,
) -> None:
    await edge.enter(1, Role.BIDDER)
    token = await edge.log_in("login1")

    for change, code in (
        ({"current": "not the password", "new": NEW}, "password-wrong"),
        ({"current": PASSWORD, "new": "password123456"}, "password-guessable"),
        ({"current": PASSWORD, "new": "login1login1"}, "password-guessable"),
        ({"current": PASSWORD, "new": "Kaibiao2026"}, "password-guessable"),
    ):
        status, answer = await edge.call("PUT", "/me/password", change, token=token)
        assert (status, answer["code"]) == (422, code)

    assert await edge.log_in("login1")


async def test_guessing_the_present_password_is_slowed_down_as_at_the_log_in(edge: Edge) -> None:
    await edge.enter(1, Role.BIDDER)
    token = await edge.log_in("login1")
    wrong = {"current": "not the password", "new": NEW}

    answers = [await edge.call("PUT", "/me/password", wrong, token=token) for _ in range(9)]

    assert [status for status, _ in answers] == [422] * 8 + [429]


async def test_an_administrator_gives_a_first_password_again(edge: Edge) -> None:
    await edge.enter(1, Role.BIDDER)
    await edge.enter(2, Role.BIDDER)
    manager, stranger = await edge.log_in("login1"), await edge.log_in("login2")
    _, added = await edge.call("POST", "/people", colleague(), key="person-0001", token=manager)
    forgetful = await edge.log_in("colleague")
    path, body = f"/people/{added['id']}/password", {"password": NEW}

    by_others = [(await edge.call("PUT", path, body, token=t))[0] for t in (stranger, forgetful)]
    weak, answer = await edge.call(
        "PUT", path, {"password": "示范同事示范同事示范同事"}, token=manager
    )
    given, _ = await edge.call("PUT", path, body, token=manager)

    assert all(status in {403, 404} for status in by_others)
    assert (weak, answer["code"], given) == (422, "password-guessable", 204)
    assert (await edge.call("GET", "/me", token=forgetful))[0] == 401
    login = {"login": "colleague", "password": NEW}
    assert (await edge.call("POST", "/sessions", login))[0] == 201
    await edge.call("POST", f"/people/{added['id']}/departure", key="leaves-0001", token=manager)
    gone, answer = await edge.call("PUT", path, body, token=manager)
    assert (gone, answer["code"]) == (409, "person-left")


async def test_one_sees_where_one_is_logged_in_and_ends_it_there(edge: Edge) -> None:
    await edge.enter(1, Role.BIDDER)
    await edge.enter(2, Role.BIDDER)
    here, there = await edge.log_in("login1"), await edge.log_in("login1")
    _, mine = await edge.call("GET", "/me/sessions", token=here)
    other = next(one["id"] for one in mine["items"] if not one["is_this"])
    path = f"/me/sessions/{other}"

    assert len(mine["items"]) == 2
    assert here not in str(mine)
    foreign, _ = await edge.call("DELETE", path, token=await edge.log_in("login2"))
    ended, _ = await edge.call("DELETE", path, token=here)
    again, _ = await edge.call("DELETE", path, token=here)
    assert (foreign, ended, again) == (404, 204, 404)
    assert [(await edge.call("GET", "/me", token=token))[0] for token in (here, there)] == [
        200,
        401,
    ]
