"""What is new, for people's readers: Atom (RFC 4287) and JSON Feed 1.1, the newest first."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any, Final
from xml.sax.saxutils import escape, quoteattr

from tendering.domain.cells import without_controls
from tendering.domain.journal import instant
from tendering.domain.open_data.publication import Publisher
from tendering.storage.feed import FeedEntry

ENTRIES_MAX: Final = 50
ATOM: Final = "application/atom+xml; charset=utf-8"
JSON_FEED: Final = "application/feed+json"
# The kinds that are news for people, and how they are called.
TITLES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "tender.published": "公告发布",
        "clarification.published": "澄清或修改",
        "tender.suspended": "暂停",
        "tender.resumed": "恢复",
        "platform.outage": "平台中断的处理",
        "submission.closed": "投标截止，公布投标名单",
        "prices.revealed": "唱标，公布报价",
        "opening.resumed": "复会，开报价信封",
        "evaluation.reported": "评标完成",
        "candidates.published": "中标候选人公示",
        "award.notified": "中标通知",
        "award.revoked": "中标撤销",
        "contract.signed": "合同签订",
        "lot.failed": "标段招标失败",
        "tender.failed": "招标失败",
        "tender.terminated": "终止招标",
        "objection.answered": "异议答复",
        "complaint.ruled": "投诉处理决定",
    }
)
_NOTHING_YET: Final = datetime(2026, 1, 1, tzinfo=UTC)


def atom(entries: Sequence[FeedEntry], publisher: Publisher, *, address: str) -> bytes:
    """The entries as Atom. Numbers and addresses stay the same for ever."""
    updated = max((entry.at for entry in entries), default=_NOTHING_YET)
    lines = [
        '<?xml version="1.0" encoding="utf-8"?>',
        '<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="zh">',
        f"<id>{_text(address)}</id>",
        f"<title>{_text(publisher.name)}</title>",
        f"<updated>{instant(updated)}</updated>",
        f"<author><name>{_text(publisher.name)}</name></author>",
        f'<link rel="self" href={_quoted(address)}/>',
        f'<link rel="alternate" href={_quoted(publisher.address)}/>',
    ]
    for entry in entries:
        lines += [
            "<entry>",
            f"<id>{_text(_name(entry, publisher))}</id>",
            f"<title>{_text(_title(entry))}</title>",
            f"<updated>{instant(entry.at)}</updated>",
            f"<link href={_quoted(_page(entry, publisher))}/>",
            f"<summary>{_text(f'{entry.number} {entry.title}')}</summary>",
            "</entry>",
        ]
    lines.append("</feed>")
    return "\n".join(lines).encode()


def json_feed(
    entries: Sequence[FeedEntry], publisher: Publisher, *, address: str
) -> dict[str, Any]:
    """The entries as a JSON Feed. https://www.jsonfeed.org/version/1.1/"""
    return {
        "version": "https://jsonfeed.org/version/1.1",
        "title": publisher.name,
        "home_page_url": publisher.address,
        "feed_url": address,
        "language": "zh",
        "items": [
            {
                "id": _name(entry, publisher),
                "url": _page(entry, publisher),
                "title": _title(entry),
                "content_text": f"{entry.number} {entry.title}",
                "date_published": instant(entry.at),
            }
            for entry in entries
        ],
    }


def _title(entry: FeedEntry) -> str:
    return f"{TITLES[entry.kind]}：{entry.title}"


def _name(entry: FeedEntry, publisher: Publisher) -> str:
    return f"{_page(entry, publisher)}#{entry.seq}"


def _page(entry: FeedEntry, publisher: Publisher) -> str:
    return f"{publisher.address}/tenders/{entry.tender_id}"


def _text(text: str) -> str:
    return escape(without_controls(text))


def _quoted(text: str) -> str:
    return quoteattr(without_controls(text))
