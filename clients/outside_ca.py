"""The key holders' own certificate authority, for demonstrations: not the platform's.

If the platform certified the key holders, it could make key holders of its own and read every bid.
Here each holder has an enrollment secret from somebody else than the platform, and gets one
certificate for one key; with the same secret a holder revokes it (`POST /revocations`, `GET /crl`).
`python -m clients.outside_ca --listen 127.0.0.1:0 --key-folder FOLDER
--name NAME --holders FILE`, where FILE lists `{organization, uscc, secret_sha256}`.
"""

import argparse
import asyncio
import base64
import binascii
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http import HTTPStatus
from pathlib import Path
from typing import Final

from aiohttp import web

from clients.authority_files import VALID_BEFORE, open_authority, to_pem
from clients.serving import BODY_BYTES_MAX, Clock, serve, without_clock, write_private
from crypto.certificates import CertificateSubject, facts, issue, make_crl
from crypto.errors import BadCertificate
from crypto.keys import SigningKey

CERTIFICATE_DAYS: Final = 1095
LIST_DAYS: Final = 7


class NotEnrolled(Exception):
    """The secret is of nobody, or the holder has a certificate for another key."""


@dataclass(slots=True)
class OutsideAuthority:
    """The authority. `holders` by the SHA-256 of their secret, hex; `issued` by the same, DER.

    `revoked`: when the certificate of a holder was revoked, by the same.
    """

    key: SigningKey
    root: bytes
    holders: Mapping[str, CertificateSubject]
    issued_file: Path
    clock: Clock
    issued: dict[str, bytes] = field(default_factory=dict)
    revoked: dict[str, datetime] = field(default_factory=dict)
    alone: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def post_certificate(self, request: web.Request) -> web.Response:
        """`POST /certificates {request, secret}`: a certificate for the key of the request."""
        try:
            body = json.loads(await request.read())
            csr = base64.b64decode(body["request"], validate=True)
            secret = str(body["secret"])
        except (ValueError, KeyError, TypeError, binascii.Error):
            return web.Response(status=HTTPStatus.BAD_REQUEST, text="request and secret expected\n")
        try:
            certificate = await self.enroll(csr, secret)
        except NotEnrolled as error:
            return web.Response(status=HTTPStatus.FORBIDDEN, text=f"{error}\n")
        except BadCertificate as error:
            return web.Response(status=HTTPStatus.UNPROCESSABLE_ENTITY, text=f"{error}\n")
        return web.json_response(
            {
                "certificate": base64.b64encode(certificate).decode(),
                "chain": [base64.b64encode(self.root).decode()],
            }
        )

    async def enroll(self, csr: bytes, secret: str) -> bytes:
        """The holder's certificate, DER; the same again for the same key.

        Raises NotEnrolled, BadCertificate.
        """
        # Looked up by digest: how long that takes tells nothing about a secret of 128 bits.
        digest = hashlib.sha256(secret.encode()).hexdigest()
        subject = self.holders.get(digest)
        if subject is None:
            raise NotEnrolled("this secret is of no holder")
        async with self.alone:
            at = await self.clock.now()
            certificate = issue(
                self.root,
                self.key,
                csr,
                at=at - VALID_BEFORE,
                days=CERTIFICATE_DAYS,
                subject=subject,
            )
            earlier = self.issued.get(digest)
            if earlier is None:
                self.issued[digest] = certificate
                await asyncio.to_thread(self._write_issued)
                return certificate
            if digest in self.revoked:
                raise NotEnrolled("this holder's certificate is revoked")
            if facts(earlier).public_der != facts(certificate).public_der:
                raise NotEnrolled("this holder has a certificate for another key")
            return earlier

    async def show_root(self, _request: web.Request) -> web.Response:
        """`GET /root`: the root certificate, PEM."""
        return web.Response(body=to_pem(self.root), content_type="application/x-pem-file")

    async def post_revocation(self, request: web.Request) -> web.Response:
        """`POST /revocations {secret}`: the holder's certificate is worth nothing from now on."""
        try:
            secret = str(json.loads(await request.read())["secret"])
        except (ValueError, KeyError, TypeError):
            return web.Response(status=HTTPStatus.BAD_REQUEST, text="secret expected\n")
        digest = hashlib.sha256(secret.encode()).hexdigest()
        async with self.alone:
            if digest not in self.issued:
                return web.Response(
                    status=HTTPStatus.FORBIDDEN, text="no certificate was given for this secret\n"
                )
            # Again it stays revoked since the first time.
            self.revoked.setdefault(digest, await self.clock.now())
            await asyncio.to_thread(self._write_revoked)
        return web.Response(status=HTTPStatus.NO_CONTENT)

    async def show_list(self, _request: web.Request) -> web.Response:
        """`GET /crl`: the current revocation list, DER (RFC 5280 §5)."""
        at = await self.clock.now()
        entries = [(facts(self.issued[one]).serial, since) for one, since in self.revoked.items()]
        crl = make_crl(
            self.root, self.key, entries, at=at, days=LIST_DAYS, number=int(at.timestamp())
        )
        return web.Response(body=crl, content_type="application/pkix-crl")

    def _write_issued(self) -> None:
        stored = {digest: der.hex() for digest, der in self.issued.items()}
        write_private(self.issued_file, json.dumps(stored).encode())

    def _write_revoked(self) -> None:
        stored = {digest: at.isoformat() for digest, at in self.revoked.items()}
        write_private(revoked_file(self.issued_file), json.dumps(stored).encode())


def read_holders(file: Path) -> dict[str, CertificateSubject]:
    """Who may enroll, by the SHA-256 of the secret."""
    return {
        holder["secret_sha256"]: CertificateSubject(
            common_name=holder["organization"],
            organization=holder["organization"],
            uscc=holder["uscc"],
        )
        for holder in json.loads(file.read_text())
    }


def read_issued(file: Path) -> dict[str, bytes]:
    """The certificates given so far."""
    if not file.exists():
        return {}
    return {digest: bytes.fromhex(der) for digest, der in json.loads(file.read_text()).items()}


def revoked_file(issued_file: Path) -> Path:
    """Where revocations are kept, beside what was issued."""
    return issued_file.with_name("revoked.json")


def read_revoked(issued_file: Path) -> dict[str, datetime]:
    """Which certificates were revoked, and when."""
    file = revoked_file(issued_file)
    if not file.exists():
        return {}
    stored = json.loads(file.read_text())
    return {digest: datetime.fromisoformat(at) for digest, at in stored.items()}


def build_app(authority: OutsideAuthority) -> web.Application:
    """The authority's doors."""
    app = web.Application(client_max_size=BODY_BYTES_MAX, middlewares=[without_clock])
    app.router.add_post("/certificates", authority.post_certificate)
    app.router.add_post("/revocations", authority.post_revocation)
    app.router.add_get("/root", authority.show_root)
    app.router.add_get("/crl", authority.show_list)
    return app


async def run(options: argparse.Namespace) -> None:
    """Serve until told to stop."""
    clock = Clock(options.clock_url)
    key, root = open_authority(options.key_folder, options.name, at=datetime.now(UTC))
    issued_file = options.key_folder / "issued.json"
    authority = OutsideAuthority(
        key,
        root,
        read_holders(options.holders),
        issued_file,
        clock,
        read_issued(issued_file),
        read_revoked(issued_file),
    )
    public = {"name": options.name, "root": base64.b64encode(root).decode()}
    async with clock.running():
        await serve(build_app(authority), listen=options.listen, facts=public)


def main() -> None:
    """Read the command line and serve."""
    parser = argparse.ArgumentParser(description="Certify the key holders of a demonstration.")
    parser.add_argument("--listen", default="127.0.0.1:0", help="host:port, port 0 for any")
    parser.add_argument("--key-folder", type=Path, required=True, help="made when missing")
    parser.add_argument("--name", required=True, help="name of the authority")
    parser.add_argument("--holders", type=Path, required=True, help="JSON list of who may enroll")
    parser.add_argument("--clock-url", help="follow this clock: demonstrations only")
    asyncio.run(run(parser.parse_args()))


if __name__ == "__main__":
    main()
