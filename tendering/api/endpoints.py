"""Where another machine answers: an address that requests can be sent to and signed for."""

from urllib.parse import urlsplit

from crypto.request_signatures import WireRefused, require_signable


def sound_endpoint(text: str, *, demonstration: bool) -> str:
    """An https address without query, and without a slash at its end. Raises WireRefused.

    A demonstration, which has no certificates, may also use http.
    """
    try:
        parts = urlsplit(text)
        is_sound = parts.hostname is not None and parts.port != 0
        require_signable(text)
        # What the resolver of names would do to it: empty and overlong labels.
        (parts.hostname or "").encode("idna")
    except ValueError as error:
        raise WireRefused(str(error)) from error
    schemes = {"https", "http"} if demonstration else {"https"}
    has_more = parts.query or parts.fragment or parts.username or parts.password
    is_plain = text.isascii() and text.isprintable() and " " not in text
    if not is_sound or has_more or parts.scheme not in schemes or not is_plain:
        raise WireRefused("an endpoint is an https address without query")
    return text.rstrip("/")
