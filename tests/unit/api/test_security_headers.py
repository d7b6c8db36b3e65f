"""The policy of pages, and where a request comes from."""

import pytest
from aiohttp.test_utils import make_mocked_request

from tendering.api.rate_limit import client_address
from tendering.api.security_headers import content_security_policy


def test_pages_run_our_scripts_and_nothing_inline() -> None:
    policy = dict(
        directive.split(" ", 1)
        for directive in content_security_policy("https://bids.example:8443").split("; ")
    )

    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == "'self' 'wasm-unsafe-eval'"
    assert policy["connect-src"] == "'self' wss://bids.example:8443"
    assert policy["frame-ancestors"] == "'none'"
    assert not any("unsafe-inline" in sources for sources in policy.values())


def test_without_tls_the_socket_is_plain() -> None:
    assert "ws://localhost:8080" in content_security_policy("http://localhost:8080")


@pytest.mark.parametrize(
    ("remote", "forwarded", "expected"),
    [
        ("192.0.2.1", "198.51.100.9", "192.0.2.1"),
        ("10.0.0.1", "1.1.1.1, 198.51.100.9", "198.51.100.9"),
        ("10.0.0.1", "", "unknown"),
        ("2001:db8::1:2:3:4", "", "2001:db8::/64"),
        ("::ffff:192.0.2.1", "", "192.0.2.1"),
        ("", "", "unknown"),
    ],
)
def test_a_forwarded_address_is_believed_from_a_trusted_proxy_only(
    remote: str, forwarded: str, expected: str
) -> None:
    request = make_mocked_request("GET", "/", headers={"X-Forwarded-For": forwarded}).clone(
        remote=remote
    )

    assert client_address(request, frozenset({"10.0.0.1"})) == expected
