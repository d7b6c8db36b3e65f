"""Exchanges as documentation: what was really said, with everything that changes named instead.

Ids, instants, digests, signatures and the like become `<their name>`; of a long list the first
member is shown. So two runs write the same text, and a difference is a change of the interface.
"""

import json
import os
import re
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import unquote

from clients.transcript import SOCKET, Exchange
from tendering.api.routing import PREFIX
from tests.support.postgres import ROOT

EXAMPLES: Final = ROOT / "docs" / "api" / "examples"

_UUID: Final = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_INSTANT: Final = re.compile(r"20[0-9]{2}-[0-9]{2}-[0-9]{2}T[0-9:.]+(?:Z|\+00:00)")
_DATE: Final = re.compile(r"20[0-9]{2}-[0-9]{2}-[0-9]{2}")
_EXPERT: Final = re.compile(r"示范专家[甲乙丙丁戊己庚辛壬癸]")
_NUMBER: Final = re.compile(r"KB-20[0-9]{2}-[0-9A-F]{8}")
_OPAQUE: Final = re.compile(r"(?:[0-9a-f]{16,}|[A-Za-z0-9+/_-]{32,}={0,2})")
# Whose thing an id is in an address, by the word before it.
_IN_PATH: Final = re.compile(r"/([a-z-]+)/(" + _UUID.pattern + r"|[0-9a-f]{64})(?=[/.?]|$)")
# Counted or chosen anew in each run; a member's name says enough.
_CHANGING: Final = frozenset(
    {
        *("approval_number", "checkpoint", "index", "leaf_index", "policy_number", "request_id"),
        *("seq", "serial", "size_bytes"),
    }
)
_SOMETIMES_EMPTY: Final = frozenset(
    {"answers", "failures", "findings", "left_out", "passed_by", "rejected"}
)
_LIST_MAX: Final = 2
_MORE: Final = "…"


def require_examples(found: Mapping[str, str]) -> None:
    """The examples in the documentation are these, or become them with UPDATE_EXAMPLES=1."""
    for name, text in found.items():
        file = EXAMPLES / f"{name}.http"
        if os.environ.get("UPDATE_EXAMPLES"):
            EXAMPLES.mkdir(parents=True, exist_ok=True)
            file.write_text(text, "utf-8")
        assert file.read_text("utf-8") == text, f"{file.name} says otherwise: UPDATE_EXAMPLES=1"


def example(
    title: str,
    who: str,
    exchange: Exchange,
    *,
    form_only: bool = False,
    varies: frozenset[str] = frozenset(),
) -> str:
    """One exchange as a part of a `.http` file. `who` is logged in; empty: nobody.

    Of what the answer holds only the names are shown: of all members with `form_only`, else of
    those that `varies` names, which are not shown in the question either.
    """
    lines = [f"### {title}", ""]
    path = fixed_path(PREFIX + exchange.path)
    if exchange.method == SOCKET:
        lines += [f"# In the socket of {path}", ""]
        lines += [f"→ {_line(exchange.asked)}", f"← {_line(exchange.answered)}"]
        return "\n".join(lines) + "\n"
    lines.append(f"{exchange.method} {path} HTTP/1.1")
    if who:
        lines.append(f"Authorization: Bearer <session of {who}>")
    lines += _headers(exchange.headers)
    lines += _body(_without(exchange.asked, varies))
    lines += ["", f"HTTP/1.1 {exchange.status}"]
    lines += _headers(exchange.answer_headers)
    answered = exchange.answered
    lines += _body(form_of(answered) if form_only else _without(answered, varies))
    return "\n".join(lines) + "\n"


def fixed_path(path: str) -> str:
    """The address with ids and digests named."""
    found = _IN_PATH.sub(lambda part: f"/{part[1]}/<{_singular(part[1])}>", unquote(path))
    found = re.sub(r"root=[0-9a-f]{64}", "root=<root of the part>", found)
    return re.sub(r"after=[0-9]+", "after=<seq>", found)


def fixed(value: Any, name: str = "") -> Any:
    """The value as every run has it; `name` is the member that holds it."""
    if isinstance(value, dict):
        return {_fixed_name(each): fixed(inner, each) for each, inner in value.items()}
    if isinstance(value, list):
        one = _singular(name)
        # Bare numbers say which of a list: another one in each run.
        first = [f"<{one}>" if isinstance(each, int) else fixed(each, one) for each in value]
        return [first[0], _MORE] if len(first) > _LIST_MAX else first
    if name in _CHANGING and isinstance(value, int | str):
        return f"<{name}>"
    return _fixed_text(value, name) if isinstance(value, str) else value


def form_of(value: Any, name: str = "") -> Any:
    """The value with `<its name>` for whatever it holds; of a list one member."""
    if isinstance(value, dict):
        return {each: form_of(inner, each) for each, inner in value.items()}
    if isinstance(value, list):
        # What may be empty is not looked into: in the next run it is not.
        inner = [] if name in _SOMETIMES_EMPTY else value[:1]
        return [*(form_of(each, _singular(name)) for each in inner), _MORE]
    return f"<{name}>"


def _without(value: Any, varies: frozenset[str]) -> Any:
    if isinstance(value, list):
        return [_without(each, varies) for each in value]
    if not isinstance(value, dict):
        return value
    return {
        name: f"<{name}>" if name in varies else _without(each, varies)
        for name, each in value.items()
    }


def _fixed_text(text: str, name: str) -> str:
    named = f"<{name.removesuffix('_id') or 'id'}>"
    for pattern, instead in ((_UUID, named), (_INSTANT, "<instant>"), (_DATE, "<date>")):
        if pattern.fullmatch(text):
            return instead
    if _OPAQUE.fullmatch(text):
        return named
    text = _EXPERT.sub("示范专家甲", text)
    text = _UUID.sub("<id>", text)
    text = _INSTANT.sub("<instant>", text)
    text = _NUMBER.sub("<number>", text)
    return re.sub(r"[0-9a-f]{32,}|[A-Za-z0-9+/]{60,}={0,2}", named, text)


def _fixed_name(name: str) -> str:
    return _UUID.sub("<id>", name)


def _singular(name: str) -> str:
    return name.removesuffix("s")


def _headers(headers: Mapping[str, str]) -> list[str]:
    shown = {"Idempotency-Key": "<key>", "ETag": '"<version>"', "If-Match": '"<version>"'}
    return [f"{name}: {shown.get(name, value)}" for name, value in headers.items()]


def _body(content: Any) -> list[str]:
    if content is None:
        return []
    if isinstance(content, int):
        return ["", "<bytes>"]
    return ["", json.dumps(fixed(content), ensure_ascii=False, indent=2)]


def _line(message: Any) -> str:
    return json.dumps(fixed(message), ensure_ascii=False)
