"""Where webhooks may go, and what their secrets are made of."""

from base64 import b64decode
from uuid import UUID

import pytest

from tendering.domain.refusals.notifications import WebhookAddressRefused
from tendering.webhook_targets import check_target, is_public, secret_of

INSIDE = (
    "https://127.0.0.1/",
    "https://10.1.2.3/hook",
    "https://169.254.169.254/latest/meta-data",
    "https://[::1]/",
    "https://[::ffff:10.0.0.1]/",
    "https://[64:ff9b::a00:1]/",
    "https://[2002:7f00:1::]/",
    "https://[fd00::1]:8443/",
    "https://127.1/",
    "https://2130706433/",
    "https://224.0.0.1/",
    "https://0.0.0.0/",
    "https://100.64.0.1/",
)
NO_ADDRESS = (
    "https://",
    "https:///path",
    "https://user@host.example/",
    "https://user:word@host.example/",
    "https://host.example/#part",
    "https://host.example:99999/",
    "https://[::1/",
    "",
)


def refusal(text: str, *, private: bool = False) -> object:
    with pytest.raises(WebhookAddressRefused) as refused:
        check_target(text, private=private)
    return refused.value.parameters["why"]


@pytest.mark.parametrize("text", INSIDE)
def test_an_address_inside_is_refused(text: str) -> None:
    assert refusal(text) == "private-address"


def test_what_is_no_address_is_refused() -> None:
    assert {text: refusal(text) for text in NO_ADDRESS[:-1]} == dict.fromkeys(
        NO_ADDRESS[:-1], "no-address"
    )
    assert refusal("") == "not-https"


def test_only_https_leaves_the_platform() -> None:
    for text in ("http://host.example/", "ftp://host.example/", "file:///etc/passwd", "/hook"):
        assert refusal(text) == "not-https"
    assert refusal("ftp://host.example/", private=True) == "not-https"


def test_public_addresses_are_taken_and_private_ones_where_the_setting_says_so() -> None:
    for text in ("https://host.example/hook?a=b", "https://8.8.8.8:8443/", "https://例子.example/"):
        assert check_target(text, private=False) == text
    assert check_target("http://10.0.0.1:9000/hook", private=True)


def test_what_is_no_number_is_no_public_address() -> None:
    assert not is_public("host.example")
    assert is_public("2001:4860:4860::8888")


def test_each_webhook_has_a_secret_of_its_own_that_only_the_seed_gives() -> None:
    first = secret_of(bytes(32), UUID(int=1))

    assert len(b64decode(first.removeprefix("whsec_"))) == 32
    assert first == secret_of(bytes(32), UUID(int=1))
    assert first not in {secret_of(bytes(32), UUID(int=2)), secret_of(b"1" * 32, UUID(int=1))}
