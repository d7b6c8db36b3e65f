"""What a handler asks for, read from its signature once, at start."""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import NoneType, UnionType
from typing import Annotated, Any, Final, Union, get_args, get_origin

import msgspec

GIVEN: Final = frozenset(
    {"context", "session", "actor", "request", "received_at", "idempotency_key", "touches"}
)


@dataclass(frozen=True, slots=True)
class Parameter:
    """A path or query parameter. `kind` is its type without the None of an optional one."""

    name: str
    kind: Any
    required: bool
    default: object


@dataclass(frozen=True, slots=True)
class Signature:
    """A handler's parameters by where they come from, and its answer.

    `if_match` is None (not asked for), "optional" or "required". `answer` is the annotation of
    the return value.
    """

    path: tuple[Parameter, ...]
    query: tuple[Parameter, ...]
    given: frozenset[str]
    parts: frozenset[str]
    body: "msgspec.json.Decoder[Any] | None"
    body_type: Any
    if_match: str | None
    connection: bool
    asks_who: bool
    needs_login: bool
    answer: Any


def read_signature(
    handler: Callable[..., Any], path: str, parts: Mapping[str, object]
) -> Signature:
    """Sort the parameters of a handler. An unannotated one is our mistake and fails."""
    names = inspect.signature(handler).parameters
    hints = _hints(handler, skipped=frozenset({"connection", "context", "request"}) | parts.keys())
    in_path: list[Parameter] = []
    in_query: list[Parameter] = []
    for name, parameter in names.items():
        if name in GIVEN or name in parts or name in {"body", "connection", "if_match"}:
            continue
        kind, _ = _without_none(hints[name])
        required = parameter.default is inspect.Parameter.empty
        value = Parameter(name, kind, required, None if required else parameter.default)
        (in_path if "{" + name + "}" in path else in_query).append(value)
    assert path.count("{") == len(in_path), f"{path}: a path parameter is not taken"
    identities = [hints[name] for name in ("actor", "session") if name in names]
    body_type = hints.get("body") if "body" in names else None
    return Signature(
        path=tuple(in_path),
        query=tuple(in_query),
        given=GIVEN & names.keys(),
        parts=frozenset(parts) & names.keys(),
        body=None if body_type is None else msgspec.json.Decoder(body_type),
        body_type=body_type,
        if_match=_if_match(hints) if "if_match" in names else None,
        connection="connection" in names,
        asks_who=bool(identities),
        needs_login=any(not _without_none(identity)[1] for identity in identities),
        answer=NoneType if hints["return"] is None else hints["return"],
    )


def _hints(handler: Callable[..., Any], *, skipped: frozenset[str]) -> dict[str, Any]:
    """The annotations, but for parameters whose type nobody asks about."""
    annotations = inspect.get_annotations(handler)
    assert "return" in annotations, f"{handler.__name__} does not say what it returns"
    wanted = {name: kind for name, kind in annotations.items() if name not in skipped}
    assert not any(isinstance(kind, str) for kind in wanted.values()), "a type in quotes"
    return wanted


def _if_match(hints: Mapping[str, Any]) -> str:
    return "optional" if _without_none(hints["if_match"])[1] else "required"


def _without_none(kind: Any) -> tuple[Any, bool]:
    """The type without None, and whether None was allowed."""
    if get_origin(kind) is Annotated:
        inner, *metadata = get_args(kind)
        bare, optional = _without_none(inner)
        return (Annotated[(bare, *metadata)] if optional else kind), optional
    if get_origin(kind) not in {Union, UnionType}:
        return kind, False
    members = [member for member in get_args(kind) if member is not NoneType]
    optional = len(members) < len(get_args(kind))
    return (members[0] if len(members) == 1 else Union[tuple(members)]), optional  # noqa: UP007
