"""The log's doors over HTTP: what everybody may fetch, what only the bidder may."""

import hashlib
import os
import secrets
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any, cast
from uuid import UUID, uuid4

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from stdnum.cn import uscc

from crypto.merkle import Tree
from crypto.timestamp import make_request, verify
from crypto.tlog import tile_path, verify_checkpoint
from tendering.actions.accounts import Grant, register_organization
from tendering.api.context import Context
from tendering.api.edge import make_edge
from tendering.api.log import LogParts
from tendering.api.metrics import Metrics
from tendering.api.openapi import document
from tendering.api.public import get_platform
from tendering.api.routes_log import LOG_ROUTES
from tendering.api.routing import Route, mount
from tendering.domain.archive_keys import notices_of
from tendering.domain.log_tree import split_hashes
from tendering.domain.parties import Organization, Person
from tendering.domain.published_keys import (
    Authority,
    PublishedKeys,
    Witness,
    parse_published_keys,
)
from tendering.domain.receipt_verdict import verify_receipt
from tendering.domain.receipts import issue_receipt, receipt_json
from tendering.domain.roles import Role
from tendering.domain.time_stamping import Stamper
from tendering.keys import PlatformKeys, load_keys
from tendering.passwords import Passwords
from tendering.storage import log as stored
from tendering.storage import receipts, sessions
from tendering.storage.connection import reading, transaction
from tendering.storage.log import Evidence
from tests.integration.log.conftest import NOON, TheLog

Client = TestClient[web.Request, web.Application]


@pytest.fixture
def keys(the_log: TheLog) -> PublishedKeys:
    """A platform without witnesses: its own word is all there is."""
    return the_log.keys((), (), quorum=0)


@pytest.fixture
def own(tmp_path: Path) -> PlatformKeys:
    """The platform's own keys."""
    return load_keys(tmp_path / "keys", name="bids.example", create=True, at=NOON)


@pytest.fixture
async def client(the_log: TheLog, keys: PublishedKeys, own: PlatformKeys) -> AsyncIterator[Client]:
    """The log's doors on loopback."""
    context = Context(
        pool=the_log.pool,
        now=lambda: NOON,
        touched=lambda _: None,
        public_address="https://bids.example",
        blobs=cast("Any", None),  # no door here stores bytes
        intake=cast("Any", None),  # nor takes bids
        keys=own,
        law=cast("Any", None),  # no door here asks a rulebook
        passwords=cast("Passwords", None),  # nobody logs in here
    )
    app = make_edge(context, Metrics(the_log.pool), metrics_token="a-token-for-metrics")
    stamper = Stamper(own.timestamping.certificate, own.timestamping.key)
    routes = (*LOG_ROUTES, Route("GET", "/platform", get_platform))
    mount(app, routes, context, parts={"log_parts": LogParts(keys, stamper)})
    async with TestClient(TestServer(app)) as opened:
        yield opened


async def test_a_platform_that_stands_alone_says_so(client: Client, keys: PublishedKeys) -> None:
    facts = await (await client.get("/api/v1/platform")).json()

    assert facts["notices"] == list(notices_of(keys))
    assert "witnesses-run-by-operator" in facts["notices"]
    assert (facts["witnesses"], facts["quorum"]) == ([], 0)


@pytest.mark.parametrize(
    "keys",
    [
        PublishedKeys(
            receipt_keys=(),
            log_keys=(),
            witnesses=(Witness("witness.example+1+a", "示范公证处", independent=True),),
            quorum=1,
            authorities=(Authority("own", b"own root"), Authority("stamps.example", b"a root")),
            certifiers=(Authority("ca.example", b"another root"),),
            operator_roots=(b"own root",),
            interval_seconds=1,
        )
    ],
)
async def test_a_platform_that_others_watch_says_who(client: Client) -> None:
    facts = await (await client.get("/api/v1/platform")).json()

    assert facts["notices"] == []
    assert facts["certifiers"] == [{"name": "ca.example", "independent": True}]
    assert facts["witnesses"] == [{"name": "witness.example", "independent": True}]
    assert facts["authorities"] == [
        {"name": "own", "independent": False},
        {"name": "stamps.example", "independent": True},
    ]


async def log_in(the_log: TheLog, number: int) -> tuple[UUID, dict[str, str]]:
    """A bidder and the header of its session, put into the database as the edge would."""
    body = f"91110000{number:09d}"
    bidder = Organization(
        uuid4(), body + uscc.calc_check_digit(body), f"示范建设{number}", frozenset({Role.BIDDER})
    )
    person = Person(uuid4(), bidder.id, f"示范人员{number}", f"login{number}", True)
    grant, token = Grant(uuid4(), Role.BIDDER), secrets.token_urlsafe(32)
    async with transaction(the_log.pool) as connection:
        await register_organization(
            connection, bidder, person, [grant], password_hash="unused", at=NOON
        )
        await sessions.insert(
            connection,
            hashlib.sha256(token.encode()).digest(),
            authorization_id=grant.id,
            csrf_token=secrets.token_urlsafe(32),
            lifetime=timedelta(hours=1),
        )
    return bidder.id, {"Authorization": f"Bearer {token}"}


async def test_before_the_first_batch_there_is_no_checkpoint(client: Client) -> None:
    answer = await client.get("/api/v1/log/checkpoint")

    assert answer.status == 404
    assert (await answer.json())["code"] == "log-empty"


async def test_the_checkpoint_is_a_signed_note_that_is_not_cached(
    the_log: TheLog, client: Client
) -> None:
    checkpoint = await the_log.made()

    answer = await client.get("/api/v1/log/checkpoint")

    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert answer.headers["Cache-Control"] == "no-cache"
    assert await answer.text() == checkpoint.text


async def test_anybody_can_rebuild_the_tree_from_tiles(the_log: TheLog, client: Client) -> None:
    for _ in range(3):
        await the_log.made()
    text = await (await client.get("/api/v1/log/checkpoint")).text()
    checkpoint = verify_checkpoint(text, the_log.signer.verifier)

    tree = Tree()
    for n in range(3):
        answer = await client.get(f"/api/v1/log/{tile_path(0, n)}")
        assert "immutable" in answer.headers["Cache-Control"]
        for hashed in split_hashes(await answer.read()):
            tree.append_hash(hashed)
    upper = await (await client.get(f"/api/v1/log/{tile_path(1, 0, 3)}")).read()

    assert tree.root() == checkpoint.root
    assert upper == tree.tile(1, 0, 768)


@pytest.mark.parametrize(
    "path",
    [
        "0/001",
        "0/x000/000",
        "0/000.p/256",
        "0/000.p/0",
        "0/0",
        "1/000",
        "1/000.p/2",
        "0/x999/999",
        "0/x123/x456/789",
        "0/x123/x456/789.p/7",
        "6/000",
    ],
)
async def test_what_is_not_a_tile_of_the_tree_is_not_found(
    the_log: TheLog, client: Client, path: str
) -> None:
    await the_log.made()

    answer = await client.get(f"/api/v1/log/tile/{path}")

    assert answer.status == 404
    assert (await answer.json())["code"] == "tile-unknown"


@pytest.mark.parametrize("path", ["7/000", "0/1234", "0/abc", "-1/000", "0/000.p/8/9/1"])
async def test_what_is_not_even_a_tile_path_is_refused(client: Client, path: str) -> None:
    answer = await client.get(f"/api/v1/log/tile/{path}")

    assert answer.status in {404, 422}


async def test_the_keys_are_published_in_the_form_that_the_verifier_reads(
    client: Client, keys: PublishedKeys
) -> None:
    answer = await client.get("/api/v1/log/keys")

    assert parse_published_keys(await answer.json()) == keys


async def test_a_bidder_gets_its_receipt_completed_once_it_is_covered(
    the_log: TheLog, client: Client, keys: PublishedKeys
) -> None:
    bidder_id, headers = await log_in(the_log, 1)
    receipt = the_log.receipt(bidder_id)
    async with transaction(the_log.pool) as connection:
        await receipts.save(connection, receipt)
    url = f"/api/v1/receipts/{receipt.submission.manifest_digest.hex()}"

    early = await (await client.get(url, headers=headers)).json()
    checkpoint = await the_log.made()
    async with transaction(the_log.pool) as connection:
        await stored.insert_evidence(
            connection, Evidence(checkpoint.size, checkpoint.text, 0, (), NOON)
        )
    late = await (await client.get(url, headers=headers)).json()

    assert early["completion"] is None
    assert verify_receipt(early, platform=keys).holds == ("platform-signature",)
    assert verify_receipt(late, platform=keys).is_complete
    assert "no-protection-against-operator" in verify_receipt(late, platform=keys).warnings


async def test_a_withdrawal_has_a_receipt_of_its_own(the_log: TheLog, client: Client) -> None:
    bidder_id, headers = await log_in(the_log, 1)
    submitted = the_log.receipt(bidder_id)
    withdrawn = issue_receipt(
        replace(submitted.submission, act="bid.withdrawn", container_digests=()),
        leaf_nonce=os.urandom(32),
        origin=submitted.origin,
        within_seconds=60,
        key=the_log.receipt_key,
    )
    async with transaction(the_log.pool) as connection:
        await receipts.save(connection, submitted)
        await receipts.save(connection, withdrawn)
    url = f"/api/v1/receipts/{submitted.submission.manifest_digest.hex()}"

    first = await (await client.get(url, headers=headers)).json()
    second = await (await client.get(f"{url}?act=bid.withdrawn", headers=headers)).json()

    assert first == receipt_json(submitted)
    assert second == receipt_json(withdrawn)
    async with reading(the_log.pool) as connection:
        listed = await receipts.list_of_tender(connection, submitted.submission.tender_id)
    assert len(listed) == 2


async def test_a_receipt_of_somebody_else_is_not_found(the_log: TheLog, client: Client) -> None:
    _, headers = await log_in(the_log, 1)
    receipt = the_log.receipt()
    async with transaction(the_log.pool) as connection:
        await receipts.save(connection, receipt)

    answer = await client.get(
        f"/api/v1/receipts/{receipt.submission.manifest_digest.hex()}", headers=headers
    )

    assert answer.status == 404


async def test_a_receipt_needs_a_login(client: Client) -> None:
    answer = await client.get(f"/api/v1/receipts/{os.urandom(32).hex()}")

    assert answer.status == 401


async def test_the_platforms_own_authority_stamps(client: Client, own: PlatformKeys) -> None:
    digest = os.urandom(32)

    answer = await client.post(
        "/api/v1/tsa",
        data=make_request(digest, 7),
        headers={"Content-Type": "application/timestamp-query"},
    )

    assert answer.headers["Content-Type"] == "application/timestamp-reply"
    token = await answer.read()
    facts = verify(
        token, digest=digest, trusted_roots=[own.authority.certificate], at=NOON, nonce=7
    )
    assert facts.gen_time == NOON


async def test_a_query_of_another_kind_or_too_long_is_refused(client: Client) -> None:
    headers = {"Content-Type": "application/timestamp-query"}

    assert (await client.post("/api/v1/tsa", data=b"{}")).status == 415
    assert (await client.post("/api/v1/tsa", data=b"x" * 9000, headers=headers)).status == 413


def test_the_doors_can_be_described(keys: PublishedKeys, own: PlatformKeys) -> None:
    parts = {
        "log_parts": LogParts(keys, Stamper(own.timestamping.certificate, own.timestamping.key))
    }

    described = document(LOG_ROUTES, title="开标", version="1", parts=parts)

    assert "/api/v1/log/checkpoint" in described["paths"]
