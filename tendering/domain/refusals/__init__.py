"""Every reason the platform says no: four families here, one module for each part of the field.

A refusal is an expected answer, not an error. Its `code` is stable and never reused, its parameters
let the front end choose the sentence, its message is for developers.
"""

from typing import ClassVar

from crypto.canonical import JsonValue


class Refused(Exception):
    """The platform says no. `parameters` are figures for the user's sentence, never secrets."""

    code: ClassVar[str]
    status: ClassVar[int]

    def __init__(self, detail: str = "", **parameters: JsonValue) -> None:
        """`detail` is an English sentence for developers; `parameters` are JSON values."""
        super().__init__(detail or (type(self).__doc__ or "").split("\n", maxsplit=1)[0])
        self.parameters = parameters

    @property
    def detail(self) -> str:
        """The developer's sentence."""
        return str(self.args[0])


class NotFound(Refused):
    """There is no such thing, or it is not for you to know."""

    code = "not-found"
    status = 404


class Forbidden(Refused):
    """Your role may not do this."""

    code = "forbidden"
    status = 403


class Invalid(Refused):
    """What arrived does not have the shape or the values asked for."""

    code = "invalid"
    status = 422


class Conflict(Refused):
    """The state of things does not allow this now."""

    code = "conflict"
    status = 409
