"""A time-stamping authority as a process of its own, with a certificate authority of its own.

A second authority besides the platform's: one that lies about the time is contradicted by the
other. With `--clock-url` it follows the clock of a demonstration, and says so in its name and in
the policy of every token.
`kaibiao tsa serve --config FILE`, or without a file
`python -m clients.tsa --listen 127.0.0.1:0 --key-folder FOLDER --name NAME`.
"""

import argparse
import asyncio
import base64
import os
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from pathlib import Path
from typing import Final

from aiohttp import web

from clients.authority_files import VALID_BEFORE, from_pem, open_authority, to_pem
from clients.serving import Clock, serve, without_clock, write_private
from crypto.certificates import CertificateSubject, issue, make_request
from crypto.keys import SigningKey, generate_signing_key
from tendering.domain.time_stamping import SERIAL_BYTES, Stamper

CERTIFICATE_DAYS: Final = 3650
QUERY_BYTES_MAX: Final = 8 << 10
QUERY_TYPE: Final = "application/timestamp-query"
REPLY_TYPE: Final = "application/timestamp-reply"
DEMONSTRATION_SUFFIX: Final = "(示范时钟)"


@dataclass(frozen=True, slots=True)
class Authority:
    """The authority as it serves; `root` is its own certificate authority, DER."""

    stamper: Stamper
    root: bytes
    clock: Clock

    async def stamp(self, request: web.Request) -> web.Response:
        """`POST /`: a token, or a rejection with its reason (RFC 3161 §3.4)."""
        if request.content_type != QUERY_TYPE:
            return web.Response(status=HTTPStatus.UNSUPPORTED_MEDIA_TYPE)
        query = await request.read()
        at = await self.clock.now()
        answer = self.stamper.respond(query, at=at, chance=os.urandom(SERIAL_BYTES))
        return web.Response(body=answer, content_type=REPLY_TYPE)

    async def show_root(self, _request: web.Request) -> web.Response:
        """`GET /root`: the root certificate, PEM."""
        return web.Response(body=to_pem(self.root), content_type="application/x-pem-file")

    @property
    def facts(self) -> dict[str, object]:
        """What everybody may know."""
        return {
            "name": self.stamper.name,
            "root": base64.b64encode(self.root).decode(),
            "policy": self.stamper.policy_oid,
            "demonstration": self.stamper.demonstration,
        }


def open_stamper(
    folder: Path, name: str, *, at: datetime, demonstration: bool
) -> tuple[Stamper, bytes]:
    """The authority of a key folder and its root (DER), made when missing."""
    if demonstration:
        name = f"{name}{DEMONSTRATION_SUFFIX}"
    authority_key, root = open_authority(folder, f"{name} CA", at=at)
    key_file, certificate_file = folder / "stamping.key.pem", folder / "stamping.pem"
    if not certificate_file.exists():
        key = generate_signing_key()
        certificate = issue(
            root,
            authority_key,
            make_request(key, common_name=name, organization=name, uscc=""),
            at=at - VALID_BEFORE,
            days=CERTIFICATE_DAYS,
            subject=CertificateSubject(common_name=name, organization=name),
            usage="timestamping",
        )
        write_private(key_file, key.to_pem(None))
        write_private(certificate_file, to_pem(certificate))
    key = SigningKey.from_pem(key_file.read_bytes())
    stamper = Stamper(from_pem(certificate_file.read_bytes()), key, demonstration)
    # A folder made for real time must not stamp a demonstration, nor the other way round.
    if stamper.name.endswith(DEMONSTRATION_SUFFIX) != demonstration:
        raise SystemExit(f"{folder} holds the keys of {stamper.name}: use another folder")
    return stamper, root


def make_keys(folder: Path, name: str) -> None:
    """Root and stamping key of an authority for real time, valid from now on."""
    open_stamper(folder, name, at=datetime.now(UTC), demonstration=False)


def build_app(authority: Authority) -> web.Application:
    """The authority's two doors."""
    app = web.Application(client_max_size=QUERY_BYTES_MAX, middlewares=[without_clock])
    app.router.add_post("/", authority.stamp)
    app.router.add_get("/root", authority.show_root)
    return app


async def run(options: argparse.Namespace) -> None:
    """Serve until told to stop."""
    await stamp_for_all(
        options.key_folder, options.name, listen=options.listen, clock_url=options.clock_url
    )


async def stamp_for_all(
    folder: Path, name: str, *, listen: str, clock_url: str | None = None
) -> None:
    """Answer queries with the keys of `folder` until told to stop."""
    clock = Clock(clock_url)
    stamper, root = open_stamper(
        folder, name, at=datetime.now(UTC), demonstration=clock_url is not None
    )
    authority = Authority(stamper, root, clock)
    async with clock.running():
        await serve(build_app(authority), listen=listen, facts=authority.facts)


def main() -> None:
    """Read the command line and serve."""
    parser = argparse.ArgumentParser(description="Answer time-stamp queries (RFC 3161).")
    parser.add_argument("--listen", default="127.0.0.1:0", help="host:port, port 0 for any")
    parser.add_argument("--key-folder", type=Path, required=True, help="made when missing")
    parser.add_argument("--name", required=True, help="name of the authority")
    parser.add_argument("--clock-url", help="follow this clock: demonstrations only")
    asyncio.run(run(parser.parse_args()))


if __name__ == "__main__":
    main()
