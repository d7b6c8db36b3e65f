"""A witness: watches that the log only grows, and says when it saw what (C2SP tlog-witness).

It keeps one checkpoint of each log, durably, and cosigns another only when that continues the one
it keeps. It is worth something only when somebody else than the platform's operator runs it:
`kaibiao witness serve --config FILE`; for one log, without a file,
`python -m clients.witness --state FILE --key FILE --log-key VKEY --origin NAME`.
"""

import argparse
import asyncio
import base64
import binascii
import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from typing import Final

from aiohttp import web

from clients.serving import BODY_BYTES_MAX, Clock, serve, without_clock, write_private
from crypto.errors import BadCheckpoint, BadProof
from crypto.keys import NoteKey
from crypto.notes import cosign
from crypto.tlog import (
    Checkpoint,
    WitnessState,
    parse_checkpoint,
    verify_checkpoint,
    witness_decision,
)

PROOF_LINES_MAX: Final = 63
SIZE_DIGITS_MAX: Final = 19
SIZE_TYPE: Final = "text/x.tlog.size"


class NotARequest(Exception):
    """The body is not old size, proof and checkpoint."""


@dataclass(slots=True)
class WatchedLog:
    """A log that is watched. `state_file` holds the last checkpoint of it that was cosigned."""

    origin: str
    log_key: str
    state_file: Path
    state: WitnessState = field(default_factory=WitnessState)
    # The check against the last checkpoint and the writing of the next are one step.
    alone: asyncio.Lock = field(default_factory=asyncio.Lock)


@dataclass(frozen=True, slots=True)
class Witness:
    """A witness of one or more logs, by their origin."""

    key: NoteKey
    logs: Mapping[str, WatchedLog]
    clock: Clock

    async def add_checkpoint(self, request: web.Request) -> web.Response:
        """`POST /add-checkpoint`: 200 with a cosignature, 409 with the size last seen, or a no."""
        try:
            old, proof, text = parse_add_checkpoint((await request.read()).decode())
            origin = parse_checkpoint(text).origin
        except (NotARequest, BadCheckpoint, UnicodeDecodeError) as error:
            return _no(HTTPStatus.BAD_REQUEST, str(error))
        watched = self.logs.get(origin)
        if watched is None:
            return _no(HTTPStatus.NOT_FOUND, "this log is not watched here")
        try:
            checkpoint = verify_checkpoint(text, watched.log_key)
        except BadCheckpoint as error:
            return _no(HTTPStatus.FORBIDDEN, str(error))
        if old > checkpoint.size:
            return _no(HTTPStatus.BAD_REQUEST, "the old size is larger than the new")
        async with watched.alone:
            return await self._cosigned(watched, old, proof, checkpoint=checkpoint, text=text)

    async def _cosigned(
        self,
        watched: WatchedLog,
        old: int,
        proof: Sequence[bytes],
        *,
        checkpoint: Checkpoint,
        text: str,
    ) -> web.Response:
        last = watched.state
        same_size = old == last.size == checkpoint.size
        if old != last.size or (same_size and checkpoint.root != last.root):
            return web.Response(
                status=HTTPStatus.CONFLICT,
                body=f"{last.size}\n".encode(),
                headers={"Content-Type": SIZE_TYPE},
            )
        try:
            state = witness_decision(last.size, last.root, checkpoint, proof)
        except (BadCheckpoint, BadProof) as error:
            return _no(HTTPStatus.UNPROCESSABLE_ENTITY, str(error))
        at = await self.clock.now()
        # Dies before this line: nothing was signed. Dies after it: the state is ahead of what the
        # log has heard, and the next request learns that from a 409.
        await asyncio.to_thread(write_state, watched.state_file, watched.origin, state)
        watched.state = state
        return web.Response(text=cosign(text, self.key, at))

    async def describe(self, _request: web.Request) -> web.Response:
        """`GET /`: who this is and how far it has seen."""
        sizes = {origin: watched.state.size for origin, watched in self.logs.items()}
        return web.json_response({**self.facts, "sizes": sizes})

    @property
    def facts(self) -> dict[str, object]:
        """What everybody may know."""
        return {"name": self.key.name, "verifier": self.key.cosigner, "origins": list(self.logs)}


def parse_add_checkpoint(body: str) -> tuple[int, list[bytes], str]:
    """Old size, consistency proof and checkpoint of a request. Raises NotARequest."""
    head, separator, text = body.partition("\n\n")
    first, *rest = head.split("\n")
    word, _, digits = first.partition(" ")
    if not separator or word != "old" or len(rest) > PROOF_LINES_MAX:
        raise NotARequest("old size, proof lines, an empty line and a checkpoint are expected")
    if len(digits) > SIZE_DIGITS_MAX or not digits.isascii() or not digits.isdecimal():
        raise NotARequest("the old size is not a number")
    if str(int(digits)) != digits:
        raise NotARequest("the old size has leading zeroes")
    try:
        proof = [base64.b64decode(line, validate=True) for line in rest]
    except (binascii.Error, ValueError):
        raise NotARequest("a proof line is not base64") from None
    return int(digits), proof, text


def read_key(file: Path, name: str) -> NoteKey:
    """The witness's key; made under `name` when there is no file. One line: name, seed in hex."""
    if not file.exists():
        write_private(file, f"{name} {secrets.token_hex(32)}\n".encode())
    stored_name, seed = file.read_text().split()
    return NoteKey.from_seed(stored_name, bytes.fromhex(seed))


def read_state(file: Path, origin: str) -> WitnessState:
    """The last checkpoint seen; the empty tree when there is no file yet."""
    if not file.exists():
        return WitnessState()
    stored = json.loads(file.read_text())
    if stored["origin"] != origin:
        raise SystemExit(f"{file} is the state of another log: {stored['origin']}")
    return WitnessState(int(stored["size"]), bytes.fromhex(stored["root"]))


def write_state(file: Path, origin: str, state: WitnessState) -> None:
    """Keep the checkpoint: written, flushed to the disk, renamed into place."""
    stored = {"origin": origin, "size": state.size, "root": state.root.hex()}
    write_private(file, json.dumps(stored).encode())


def build_app(witness: Witness) -> web.Application:
    """The witness's two doors."""
    app = web.Application(client_max_size=BODY_BYTES_MAX, middlewares=[without_clock])
    app.router.add_post("/add-checkpoint", witness.add_checkpoint)
    app.router.add_get("/", witness.describe)
    return app


def _no(status: HTTPStatus, why: str) -> web.Response:
    return web.Response(status=status, text=f"{why}\n")


async def run(options: argparse.Namespace) -> None:
    """Serve until told to stop."""
    state = read_state(options.state, options.origin)
    watched = WatchedLog(options.origin, options.log_key, options.state, state)
    key = read_key(options.key, options.name)
    await watch(key, [watched], listen=options.listen, clock=Clock(options.clock_url))


async def watch(
    key: NoteKey, logs: Sequence[WatchedLog], *, listen: str, clock: Clock | None = None
) -> None:
    """Cosign for these logs until told to stop."""
    clock = clock or Clock()
    witness = Witness(key, {each.origin: each for each in logs}, clock)
    async with clock.running():
        await serve(build_app(witness), listen=listen, facts=witness.facts)


def main() -> None:
    """Read the command line and serve."""
    parser = argparse.ArgumentParser(description="Watch a transparency log and cosign its growth.")
    parser.add_argument("--listen", default="127.0.0.1:0", help="host:port, port 0 for any")
    parser.add_argument("--state", type=Path, required=True, help="file of the last checkpoint")
    parser.add_argument("--key", type=Path, required=True, help="key file, made when missing")
    parser.add_argument("--name", default="witness", help="name for a key made now")
    parser.add_argument("--log-key", required=True, help="the log's verifier key")
    parser.add_argument("--origin", required=True, help="the log's name")
    parser.add_argument("--clock-url", help="follow this clock: demonstrations only")
    asyncio.run(run(parser.parse_args()))


if __name__ == "__main__":
    main()
