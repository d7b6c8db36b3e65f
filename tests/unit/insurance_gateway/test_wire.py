"""Messages and the signatures under requests."""

import base64
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import http_message_signatures as signatures
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from http_message_signatures.algorithms import ED25519

from crypto.request_signatures import (
    AGE_SECONDS_MAX,
    COVERED,
    SKEW_SECONDS_MAX,
    Message,
    WireRefused,
    key_id,
    read_public_key,
    require_signable,
    sign_request,
    verify_request,
    verify_webhook,
    webhook_headers,
)
from insurance_gateway.guarantee import Cover
from insurance_gateway.wire import TAG, Policy, policy_statement, read_policy

AT = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC = KEY.public_key().public_bytes_raw()
OTHER = Ed25519PrivateKey.from_private_bytes(bytes(32)).public_key().public_bytes_raw()
BODY = b'{"premium_fen":1}'
URL = "https://bids.example/api/v1/insurance/callbacks/1"


def signed(nonce: str = "a-nonce") -> Message:
    message = Message("POST", URL, {"Content-Type": "application/json"})
    headers = sign_request(message, BODY, KEY, tag=TAG, at=AT, nonce=nonce)
    return replace(message, headers=headers)


def test_a_signed_request_says_nonce_and_time() -> None:
    found = verify_request(signed(), BODY, PUBLIC, tag=TAG, at=AT)

    assert (found.nonce, found.created) == ("a-nonce", AT)


@pytest.mark.parametrize(
    "url",
    ["https://Bids.example/a%2Fb?c=d", "http://x:80/", "https://[::1]:9/v1/%E4%BF%9D", "https://x"],
)
def test_what_we_write_out_is_what_the_library_makes(url: str) -> None:
    name = key_id(KEY.public_key().public_bytes_raw())
    library = Message("POST", url, {"Content-Type": "application/json"})
    signer = signatures.HTTPMessageSigner(
        signature_algorithm=ED25519,
        key_resolver=signatures.MappingKeyResolver(public_keys={}, private_keys={name: KEY}),
    )
    signer.sign(
        library,
        key_id=name,
        created=AT,
        expires=AT + timedelta(seconds=300),
        nonce="n",
        label="kaibiao",
        tag=TAG,
        covered_component_ids=COVERED,
        body=BODY,
        use_existing_digest=False,
    )

    ours = Message("POST", url, {"Content-Type": "application/json"})
    assert sign_request(ours, BODY, KEY, tag=TAG, at=AT, nonce="n") == library.headers


@pytest.mark.parametrize(
    "changed",
    [
        replace(signed(), url=URL + "2"),
        replace(signed(), url=URL.replace("bids", "other")),
        replace(signed(), method="PUT"),
        replace(signed(), headers={**signed().headers, "Content-Type": "text/plain"}),
        replace(signed(), headers={}),
    ],
)
def test_what_the_signature_covers_cannot_be_changed(changed: Message) -> None:
    with pytest.raises(WireRefused):
        verify_request(changed, BODY, PUBLIC, tag=TAG, at=AT)


def test_the_body_cannot_be_changed() -> None:
    with pytest.raises(WireRefused):
        verify_request(signed(), BODY + b" ", PUBLIC, tag=TAG, at=AT)


def test_another_key_does_not_pass() -> None:
    with pytest.raises(WireRefused):
        verify_request(signed(), BODY, OTHER, tag=TAG, at=AT)


@pytest.mark.parametrize("seconds", [AGE_SECONDS_MAX + 1, -SKEW_SECONDS_MAX - 1])
def test_an_old_or_future_signature_does_not_pass(seconds: int) -> None:
    with pytest.raises(WireRefused):
        verify_request(signed(), BODY, PUBLIC, tag=TAG, at=AT + timedelta(seconds=seconds))


def test_a_nonce_has_a_bound() -> None:
    with pytest.raises(WireRefused):
        verify_request(signed("n" * 65), BODY, PUBLIC, tag=TAG, at=AT)


@pytest.mark.parametrize("path", ["路径", "a b", "%zz"])
def test_an_address_that_cannot_be_signed_is_refused(path: str) -> None:
    url = f"http://guarantor.example/{path}"

    with pytest.raises(WireRefused):
        require_signable(url)
    with pytest.raises(WireRefused):
        sign_request(Message("POST", url, {}), BODY, KEY, tag=TAG, at=AT, nonce="a-nonce")


def test_a_percent_encoded_address_can_be_signed() -> None:
    require_signable("https://guarantor.example:8443/%E8%B7%AF")


def test_a_policy_survives_its_statement() -> None:
    policy = Policy(UUID(int=1), "91510100MA0000001X", Cover(100, AT), "P-1")

    assert read_policy(policy_statement(policy)) == policy


def test_a_policy_with_something_else_in_it_is_refused() -> None:
    statement = policy_statement(Policy(UUID(int=1), "91510100MA0000001X", Cover(100, AT), "P-1"))

    with pytest.raises(WireRefused):
        read_policy({**statement, "more": 1})


@pytest.mark.parametrize("text", ["", "not base64", base64.b64encode(b"short").decode()])
def test_a_key_has_32_bytes(text: str) -> None:
    with pytest.raises(WireRefused):
        read_public_key(text)


def test_a_webhook_is_verified_by_its_key_alone() -> None:
    headers = webhook_headers(UUID(int=7), BODY, KEY, at=AT)
    rotated = headers["webhook-signature"]
    several = {**headers, "webhook-signature": f"v1,AAAA v1a,%% v1a,AAAA {rotated}"}

    assert verify_webhook(headers, BODY, PUBLIC, at=AT) == str(UUID(int=7))
    assert verify_webhook(several, BODY, PUBLIC, at=AT) == str(UUID(int=7))


def test_a_webhook_that_was_changed_or_is_old_does_not_pass() -> None:
    good = webhook_headers(UUID(int=7), BODY, KEY, at=AT)
    refused = [
        ({**good, "webhook-id": str(UUID(int=8))}, BODY, PUBLIC, AT),
        ({**good, "webhook-timestamp": "1"}, BODY, PUBLIC, AT),
        ({**good, "webhook-timestamp": "９"}, BODY, PUBLIC, AT),
        ({**good, "webhook-signature": ""}, BODY, PUBLIC, AT),
        ({}, BODY, PUBLIC, AT),
        (good, BODY + b" ", PUBLIC, AT),
        (good, BODY, OTHER, AT),
        (good, BODY, PUBLIC, AT + timedelta(seconds=AGE_SECONDS_MAX + 1)),
    ]

    for headers, body, key, at in refused:
        with pytest.raises(WireRefused):
            verify_webhook(headers, body, key, at=at)
