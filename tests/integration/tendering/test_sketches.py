"""What is judged while it is written; and drafts that change under more than one hand."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from tendering.domain.roles import Role
from tendering.domain.tender import Tender, TenderStatus
from tendering.methods import example_text
from tendering.storage import tenders
from tendering.storage.connection import transaction
from tests.support.platform import Answer, Platform, platform
from tests.support.published import published_tender

__all__ = ["platform"]

BILL = [
    ["序号", "项目编码", "项目名称", "计量单位", "工程量", "综合单价", "合价"],
    ["1", "010101001001", "平整场地", "m2", "1,250.00", "", ""],
    ["2", "0101", "挖沟槽土方", "m3", "38.5", "", ""],
]


async def ask(
    platform: Platform,
    method: str,
    path: str,
    body: object,
    *,
    role: Role = Role.PROCURING_ENTITY,
    version: int = 1,
) -> Answer:
    """One request with a JSON body."""
    headers = {"Idempotency-Key": str(uuid4()), "Content-Type": "application/json"}
    headers |= {"If-Match": f'"{version}"'} if method == "PUT" else {}
    data = json.dumps(body).encode()
    return await platform.request(method, "/api/v1" + path, role=role, data=data, headers=headers)


async def test_sketches_methods_and_bills_are_judged_and_nothing_is_kept(
    platform: Platform,
) -> None:
    method, bids = (
        json.loads(example_text("reference-price", kind)) for kind in ("method", "bids")
    )
    sketch = {"regime": "construction", "region": "510100", "lots": [{"lot": "1"}]}
    deadline = platform.running.context.now() + timedelta(days=5)

    told = await ask(platform, "POST", "/sketches", sketch)
    early = await ask(
        platform, "POST", "/sketches", sketch | {"planned": {"deadline": deadline.isoformat()}}
    )
    no_step = await ask(
        platform, "POST", "/sketches", sketch | {"planned": {"tea": deadline.isoformat()}}
    )
    by_bidder = await ask(platform, "POST", "/sketches", sketch, role=Role.BIDDER)
    scored = await ask(platform, "POST", "/methods/score", {"method": method, "bids": bids})
    unsound = await ask(
        platform, "POST", "/methods/score", {"method": method | {"rounding": "up"}, "bids": bids}
    )
    many = bids | {"bids": [{"id": str(number), "price_fen": 1} for number in range(201)]}
    too_many = await ask(platform, "POST", "/methods/score", {"method": method, "bids": many})
    examples = await platform.request("GET", "/api/v1/methods/examples")
    bill = await ask(platform, "POST", "/bills/reading", {"rows": BILL})
    priced = [*BILL[:2], [*BILL[2][:5], "12.00", "462.00"]]
    refused = [
        await ask(platform, "POST", "/bills/reading", {"rows": rows})
        for rows in (priced, [["a"]], [*BILL[:1], [*BILL[1][:4], "很多", "", ""]])
    ]

    course = json.loads(told.body)
    assert "lots.1.estimate_fen" in course["missing"]
    assert {"notice", "deadline", "opening"} <= {step["name"] for step in course["steps"]}
    assert {rule["id"] for rule in course["rules"]} >= {"E03"}
    assert "E03" in {one["rule"] for one in json.loads(early.body)["findings"]}
    assert (no_step.code, by_bidder.code) == ("timetable-unlawful", "forbidden")
    (first, *_) = json.loads(scored.body)["scores"]["ranking"]
    assert (first["bid"], first["total"]) == ("甲", "99.34")
    assert (unsound.code, too_many.code) == ("method-invalid", "bids-invalid")
    assert "lowest-price-procurement" in {one["name"] for one in json.loads(examples.body)["items"]}
    read = json.loads(bill.body)
    assert (read["lines"], json.loads(read["content"])["format"]) == (2, "kaibiao/bill/v1")
    assert [(one["kind"], one["row"]) for one in read["findings"]] == [("code_form", 3)]
    assert {one.code for one in refused} == {"bill-invalid"}
    assert json.loads(refused[2].body)["parameters"]["where"] == "!E2"


async def test_a_draft_changes_its_lots_and_a_stale_hand_overwrites_nothing(
    platform: Platform,
) -> None:
    draft = await a_draft(platform, await published_tender(platform))
    body = as_put(draft)
    (one, *_) = body["lots"]
    two = [one | {"title": "土建"}, one | {"lot": "2", "title": "安装"}]
    door = f"/tenders/{draft.id}"

    widened = await ask(platform, "PUT", door, body | {"lots": two, "region": "310115"})
    stale = await ask(platform, "PUT", door, body)
    twice = await ask(platform, "PUT", door, body | {"lots": [one, one]}, version=2)
    narrowed = await ask(platform, "PUT", door, body | {"lots": two[1:]}, version=2)
    as_before = {name: body[name] for name in ("title", "description", "deadline")}
    kept = await ask(platform, "PUT", door, as_before | {"method": {}, "committee": {}}, version=3)

    shown = [json.loads(each.body) for each in (widened, narrowed, kept)]
    assert [[lot["title"] for lot in each["lots"]] for each in shown] == [
        ["土建", "安装"],
        ["安装"],
        ["安装"],
    ]
    assert [each["region"] for each in shown] == ["310115", draft.region, draft.region]
    assert shown[-1]["version"] == 4
    assert (stale.code, twice.code) == ("tender-changed", "tender-incomplete")


async def a_draft(platform: Platform, published: Tender) -> Tender:
    """A draft like a published tender."""
    context = platform.running.context
    draft = replace(
        published,
        id=UUID(int=published.id.int ^ 1),
        number="KB-2026-0009",
        status=TenderStatus.DRAFT,
        published_at=None,
        deadline=context.now() + timedelta(days=40),
    )
    async with transaction(context.pool) as connection:
        await tenders.insert(connection, draft, at=context.now())
    return draft


def as_put(draft: Tender) -> dict[str, Any]:
    """What a page sends of a draft as it stands."""
    return {
        "title": draft.title,
        "description": draft.description,
        "deadline": draft.deadline.isoformat(),
        "method": {},
        "committee": {},
        "region": draft.region,
        "lots": [
            {
                "lot": lot.lot,
                "title": lot.title,
                "estimate_fen": lot.estimate_fen,
                "ceiling_price_fen": lot.ceiling_price_fen,
                "bid_security_fen": lot.bid_security_fen,
            }
            for lot in draft.lots
        ],
    }
