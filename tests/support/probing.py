"""Requests that Schemathesis makes up for one operation of the served document, and what is wrong.

Blocks: call it in a thread beside the server under test. While one of them works the other waits.
"""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from itertools import chain
from typing import Any, Final, cast

import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode
from schemathesis.checks import CHECKS, CheckFunction, load_all_checks
from schemathesis.core.failures import Failure, FailureGroup
from schemathesis.specs.openapi.schemas import OpenApiSchema

from tests.support.platform import PASSWORD

CHECKED: Final = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_schema_conformance",
    "response_headers_conformance",
)
ANSWER_SECONDS: Final = 30
# One in so many requests comes from a stranger, one in so many is broken on purpose.
STRANGERS: Final = 5
BROKEN: Final = 3


# What frames a message is the sender's own, and ends before any operation is asked.
_FRAMING: Final = frozenset({"content-length", "transfer-encoding", "connection", "host", "expect"})


@dataclass(frozen=True, slots=True)
class Probe:
    """What to ask: the platform, the operation, who may call it, and ids that exist.

    `login` is set where a request ends its own session: each then begins one before.
    """

    address: str
    operation_id: str
    examples: int
    derandomized: bool
    token: str = field(repr=False)
    login: str = ""
    known: Mapping[str, str] = field(default_factory=dict)


@schemathesis.serializer("application/timestamp-query", "application/pdf")
def _raw_bytes(_context: object, value: Any) -> bytes:
    return value if isinstance(value, bytes) else os.fsencode(str(value))


@dataclass(frozen=True, slots=True)
class Outcome:
    """How many requests were made, and what the first wrong answer to each operation was."""

    requests: int
    wrong: tuple[str, ...] = ()


def probe_each(asked: Sequence[Probe], *, requests_min: int = 0) -> Outcome:
    """Make the requests of each probe, and more until there were so many in all.

    An operation with few different requests is asked fewer; the others then make up for it.
    """
    first = [probe(each) for each in asked]
    outcomes, left = first, list(asked)
    while (made := sum(each.requests for each in outcomes)) < requests_min:
        left = [
            one
            for one, outcome in zip(left, first, strict=True)
            if outcome.requests >= one.examples
        ]
        share = -(-(requests_min - made) // len(left))
        left = [replace(one, examples=share) for one in left]
        first = [probe(one) for one in left]
        outcomes = [*outcomes, *first]
    return Outcome(made, tuple(chain.from_iterable(each.wrong for each in outcomes)))


def probe(asked: Probe) -> Outcome:
    """Make the requests."""
    made: list[None] = []
    try:
        _run(asked, made)
    except FailureGroup as group:
        wrong = "\n".join([asked.operation_id, *map(str, group.exceptions)])
        return Outcome(len(made), (wrong,))
    except Failure as failure:
        return Outcome(len(made), (f"{asked.operation_id}\n{failure}",))
    return Outcome(len(made))


def _run(asked: Probe, made: list[None]) -> None:
    operation = _schema(asked.address).find_operation_by_id(asked.operation_id)
    checks = cast("list[CheckFunction]", [CHECKS.get_one(name) for name in CHECKED])
    with requests.Session() as line:
        # Else each request looks for proxies and for a .netrc.
        line.trust_env = False

        @settings(
            max_examples=asked.examples,
            derandomize=asked.derandomized,
            database=None,
            deadline=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(_cases(operation), st.integers(1, STRANGERS), st.booleans())
        def answers_as_documented(case: Case[Any], who: int, exists: bool) -> None:
            for name in _FRAMING & {*map(str.lower, case.headers)}:
                del case.headers[name]
            if exists:
                _name_what_exists(case, asked.known)
            headers = {} if who == STRANGERS else {"Authorization": f"Bearer {_token(asked, line)}"}
            made.append(None)
            answer = case.call(session=line, headers=headers, timeout=ANSWER_SECONDS)
            case.validate_response(answer, checks=checks)

        answers_as_documented()


@lru_cache(maxsize=1)
def _schema(address: str) -> OpenApiSchema:
    load_all_checks()
    config = schemathesis.Config()
    # NUL is refused everywhere, as its own tests show; here it would crowd out everything else.
    config.projects.default.generation.update(allow_x00=False)
    return schemathesis.openapi.from_url(f"{address}/api/v1/openapi.json", config=config)


def _cases(operation: Any) -> st.SearchStrategy[Case[Any]]:
    allowed = operation.as_strategy(GenerationMode.POSITIVE)
    broken = operation.as_strategy(GenerationMode.NEGATIVE)
    return st.one_of(*[allowed] * (BROKEN - 1), broken)


def _name_what_exists(case: Case[Any], known: Mapping[str, str]) -> None:
    for name in case.path_parameters or {}:
        if name in known:
            case.path_parameters[name] = known[name]


def _token(asked: Probe, line: requests.Session) -> str:
    if not asked.login:
        return asked.token
    body = {"login": asked.login, "password": PASSWORD}
    answer = line.post(f"{asked.address}/api/v1/sessions", json=body, timeout=ANSWER_SECONDS)
    line.cookies.clear()
    token: str = answer.json()["token"]
    return token
