"""The example in docs/bidding.md runs as it stands there."""

import re
import textwrap
from pathlib import Path
from typing import Any

from clients import sdk
from clients.commands.bid import bid
from tendering.domain.tender import Tender
from tests.support.bidding import PASSPHRASE, a_clerk
from tests.support.platform import PASSWORD, Platform
from tests.support.programs import ROOT

PAGE = (ROOT / "docs" / "bidding.md").read_text()


def example() -> str:
    """The Python of the page as the body of a function."""
    found = re.search(r"```python\n(.*?)```", PAGE, re.DOTALL)
    assert found is not None
    body = textwrap.indent(found.group(1), "    ")
    return f"async def play():\n{body}    return verdict\n"


async def test_the_example_of_the_page_submits_a_bid(
    platform: Platform, tender: Tender, tmp_path: Path
) -> None:
    clerk = a_clerk(platform, tmp_path / "files")
    clerk.write_bid(tender)
    price = {"price_fen": 128_500_000, "duration_days": 300, "quality": "合格"}
    names = {"qualification": "资格文件", "technical": "技术文件", "price": "报价文件"}
    scope: dict[str, Any] = {
        **{name: getattr(sdk, name) for name in sdk.__all__},
        "address": clerk.address,
        "login": clerk.account.person.login,
        "password": PASSWORD,
        "passphrase": PASSPHRASE,
        "folder": tmp_path,
        "tender_id": tender.id,
        "forms": {"qualification": {"objective": {}}, "technical": {}, "price": price},
        "files": {kind: (clerk.folder / f"{name}.pdf",) for kind, name in names.items()},
    }

    exec(example(), scope)
    verdict = await scope["play"]()

    assert verdict.is_complete


def test_the_page_names_every_command() -> None:
    assert set(re.findall(r"`kaibiao bid ([a-z-]+)", PAGE)) >= set(bid.commands)
