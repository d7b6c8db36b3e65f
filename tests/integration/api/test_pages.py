"""The built front end as browsers get it: routes of its own, kept files, nothing from outside."""

import gzip
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from yarl import URL

from tendering.api.pages import mount_pages
from tendering.api.problems import problem_middleware
from tendering.api.security_headers import security_headers

ORIGIN = "https://bids.example"
SCRIPT = "assets/index-Ab3_x-9Z.js"

Client = TestClient[web.Request, web.Application]


@pytest.fixture
def built(tmp_path: Path) -> Path:
    """A front end, with a file beside it that is nobody's business."""
    folder = tmp_path / "web_dist"
    (folder / "assets").mkdir(parents=True)
    (folder / "index.html").write_text("<!doctype html><title>开标</title>")
    (folder / SCRIPT).write_text("export {};")
    (folder / "icon.svg").write_text("<svg xmlns='http://www.w3.org/2000/svg'/>")
    (folder / ".stamp").write_text("a hash")
    (tmp_path / "secret.txt").write_text("secret")
    (folder / "link.txt").symlink_to(tmp_path / "secret.txt")
    return folder


@pytest.fixture
async def pages(built: Path) -> AsyncIterator[Client]:
    """The front end, served."""
    async with _served(built) as client:
        yield client


def _served(folder: Path) -> Client:
    app = web.Application(middlewares=[problem_middleware])
    app.on_response_prepare.append(security_headers(ORIGIN))

    async def get_thing(_request: web.Request) -> web.Response:
        return web.json_response({})

    app.router.add_get("/api/v1/things", get_thing)
    mount_pages(app, folder)
    return TestClient(TestServer(app))


@pytest.mark.parametrize("path", ["/", "/tenders/1", "/rooms/1?a=b", "/log-in", "/apiary"])
async def test_every_address_of_the_front_end_is_its_index(pages: Client, path: str) -> None:
    answer = await pages.get(path)

    assert answer.status == 200
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert answer.headers["Cache-Control"] == "no-cache"
    assert "开标" in await answer.text()


async def test_pages_come_with_the_policy_for_pages(pages: Client) -> None:
    answer = await pages.get("/")

    assert "camera=(self), microphone=(self)" in answer.headers["Permissions-Policy"]
    policy = answer.headers["Content-Security-Policy"]
    assert "script-src 'self'" in policy
    assert "unsafe-inline" not in policy


@pytest.mark.parametrize(
    "path",
    ["/seal.html", "/assets/seal.worker-DisG08Oj.js", "/assets/verify.worker-DisG08Oj.js"],
)
async def test_what_sees_sealed_files_may_connect_to_nothing(pages: Client, path: str) -> None:
    answer = await pages.get(path)

    directives = answer.headers["Content-Security-Policy"].split("; ")
    assert {"default-src 'none'", "connect-src 'none'", "form-action 'none'"} <= set(directives)


async def test_files_with_a_hash_in_their_name_are_kept_for_ever(pages: Client) -> None:
    answer = await pages.get(f"/{SCRIPT}")

    assert answer.headers["Content-Type"] == "text/javascript; charset=utf-8"
    assert "immutable" in answer.headers["Cache-Control"]


async def test_other_files_are_asked_for_again_and_not_sent_again(pages: Client) -> None:
    first = await pages.get("/icon.svg")
    second = await pages.get("/icon.svg", headers={"If-None-Match": first.headers["ETag"]})

    assert first.headers["Content-Type"] == "image/svg+xml; charset=utf-8"
    assert first.headers["Cache-Control"] == "no-cache"
    assert second.status == 304


async def test_files_are_sent_compressed_to_whoever_takes_it(pages: Client, built: Path) -> None:
    (built / f"{SCRIPT}.gz").write_bytes(gzip.compress(b"export {};"))

    taken = await pages.get(f"/{SCRIPT}", headers={"Accept-Encoding": "gzip"})
    plain = await pages.get(f"/{SCRIPT}", headers={"Accept-Encoding": "identity"})

    assert taken.headers["Content-Encoding"] == "gzip"
    assert taken.headers["Content-Type"] == "text/javascript; charset=utf-8"
    assert taken.headers["Vary"] == "Accept-Encoding"
    assert "Content-Encoding" not in plain.headers
    assert await taken.text() == await plain.text()


@pytest.mark.parametrize("path", ["/api/v1/nothing", "/api", "/health/nothing", "/assets/old.js"])
async def test_what_is_no_page_is_not_found(pages: Client, path: str) -> None:
    answer = await pages.get(path)

    assert answer.status == 404
    assert answer.content_type == "application/problem+json"


async def test_an_unknown_deed_is_not_found_rather_than_not_allowed(pages: Client) -> None:
    answer = await pages.post("/api/v1/nothing")

    assert answer.status == 404


async def test_the_api_is_not_hidden_by_the_pages(pages: Client) -> None:
    answer = await pages.get("/api/v1/things")

    assert await answer.json() == {}


@pytest.mark.parametrize(
    "path", ["/../secret.txt", "/%2e%2e/secret.txt", "/..%2fsecret.txt", "/link.txt", "/.stamp"]
)
async def test_nothing_outside_the_folder_is_served(pages: Client, path: str) -> None:
    answer = await pages.get(URL(path, encoded=True))

    assert "secret" not in await answer.text()
    assert "a hash" not in await answer.text()


async def test_without_a_build_a_plain_page_says_so(tmp_path: Path) -> None:
    async with _served(tmp_path / "absent") as client:
        answer = await client.get("/")
        text = await answer.text()

    assert answer.status == 503
    assert "hatch_build.py" in text
