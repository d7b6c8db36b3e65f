"""What is kept of an exchange: everything but secrets and bytes."""

import json
from typing import Any

from clients.transcript import (
    SOCKET,
    STRUCK_OUT,
    Exchange,
    http_exchange,
    socket_exchange,
)

JSON = {"Content-Type": "application/json"}


def exchange(asked: Any = None, answered: Any = None, **changed: Any) -> Exchange:
    parts: dict[str, Any] = {
        "sent": JSON,
        "content": None if asked is None else json.dumps(asked).encode(),
        "status": 200,
        "received": JSON,
        "answer": None if answered is None else json.dumps(answered).encode(),
    }
    return http_exchange("POST", "/things", **(parts | changed))


def test_json_is_kept_as_it_was_said() -> None:
    kept = exchange({"lot": "1", "marks": [{"points": "8"}]}, {"seq": 7})

    assert kept.asked == {"lot": "1", "marks": [{"points": "8"}]}
    assert kept.answered == {"seq": 7}


def test_secrets_are_struck_out_however_deep_they_lie() -> None:
    kept = exchange(
        {"person": [{"password": "p"}], "file_keys": {"price": "k"}, "shares": {"price": ["s"]}},
        {"token": "t", "csrf_token": "c", "ticket": "x", "actor": {"secret": 5}},
    )

    assert kept.asked == {
        "person": [{"password": STRUCK_OUT}],
        "file_keys": {"price": STRUCK_OUT},
        "shares": {"price": STRUCK_OUT},
    }
    assert kept.answered == {
        "token": STRUCK_OUT,
        "csrf_token": STRUCK_OUT,
        "ticket": STRUCK_OUT,
        "actor": {"secret": STRUCK_OUT},
    }


def test_a_time_stamp_is_no_secret() -> None:
    kept = exchange(answered={"time_stamps": [{"authority": "示范", "token": "MII"}]})

    assert kept.answered == {"time_stamps": [{"authority": "示范", "token": "MII"}]}


def test_headers_that_carry_a_session_are_left_away() -> None:
    sent = {**JSON, "Authorization": "Bearer t", "Cookie": "c", "Idempotency-Key": "k"}

    kept = exchange({}, sent=sent, received={"Set-Cookie": "c", "ETag": '"1"'})

    assert kept.headers == {**JSON, "Idempotency-Key": "k"}
    assert kept.answer_headers == {"ETag": '"1"'}


def test_bytes_are_kept_as_their_number() -> None:
    octets = {"Content-Type": "application/octet-stream"}

    kept = exchange(sent=octets, content=b"abc", received=octets, answer=None)

    assert (kept.asked, kept.answered) == (3, None)


def test_a_message_in_a_room_is_an_exchange_too() -> None:
    kept = socket_exchange("/rooms/1/socket", '{"type":"hello","ticket":"t"}', {"type": "ack"})

    assert (kept.method, kept.status) == (SOCKET, 101)
    assert kept.asked == {"type": "hello", "ticket": STRUCK_OUT}
