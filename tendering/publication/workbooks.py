"""Open data for spreadsheets: the board as a table, and one tender as a workbook.

Amounts are in yuan, instants in Shanghai's time. The same data give the same bytes: a workbook is
dated by what it holds and not by when it was made. No cell is ever a formula.
"""

import csv
import io
import re
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Final, TypeAlias

from openpyxl import Workbook

from tendering.domain.calendar import SHANGHAI
from tendering.domain.cells import guarded
from tendering.domain.open_data.publication import Json
from tendering.storage.board import Listed

XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
Cell: TypeAlias = "str | int | Decimal | None"
Sheet: TypeAlias = "tuple[str, Sequence[str], Iterable[Sequence[Cell]]]"

_BOARD: Final = (
    "编号",
    "名称",
    "招标人／采购人",
    "领域",
    "地区",
    "程序",
    "状态",
    "公告时间",
    "投标截止时间",
    "估算价（元）",
)
_UNDATED: Final = datetime(2026, 1, 1, tzinfo=UTC)
_ZIP_DATE: Final = (2026, 1, 1, 0, 0, 0)
# Saving sets it to now.
_MODIFIED: Final = re.compile(rb"(<dcterms:modified[^>]*>)[^<]*")


def board_table(rows: Sequence[Listed]) -> bytes:
    """Rows of the board as CSV (RFC 4180), with the mark that tells spreadsheets it is UTF-8."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(_BOARD)
    for row in rows:
        writer.writerow(["" if cell is None else cell for cell in _shown(_board_row(row))])
    return out.getvalue().encode("utf-8-sig")


def board_workbook(rows: Sequence[Listed]) -> bytes:
    """Rows of the board as a workbook of one sheet."""
    return _workbook([("公告", _BOARD, map(_board_row, rows))], _UNDATED)


def tender_workbook(compiled: Mapping[str, Any], releases: Sequence[Json]) -> bytes:
    """One tender as a workbook: what is known of it now, and what was published when."""
    tender = compiled["tender"]
    bids = compiled.get("bids", {}).get("details", [])
    awards, contracts = compiled.get("awards", []), compiled.get("contracts", [])
    heading = ("标段", "投标人", "送达时间", "状态", "报价（元）")
    sheets: list[Sheet] = [
        ("概要", ("项目", "内容"), _summary(compiled)),
        (
            "标段",
            ("标段", "名称", "状态", "估算价（元）", "最高投标限价（元）"),
            map(_lot, tender["lots"]),
        ),
        ("标的", ("标段", "编码", "名称", "数量", "单位"), map(_item, tender.get("items", []))),
        ("投标", heading, map(_bid, bids)),
        (
            "候选与中标",
            ("标段", "排名", "供应商", "状态", "价格（元）", "日期"),
            map(_award, awards),
        ),
        ("合同", ("标段", "状态", "合同价（元）", "签订时间"), map(_contract, contracts)),
        ("文件", ("名称", "种类", "发布时间", "地址"), map(_document, tender.get("documents", []))),
        ("发布记录", ("发布编号", "时间", "种类"), map(_release, releases)),
    ]
    return _workbook(sheets, datetime.fromisoformat(compiled["date"]))


def _summary(compiled: Mapping[str, Any]) -> Sequence[Sequence[Cell]]:
    tender = compiled["tender"]
    return (
        ("开放合约编号", compiled["ocid"]),
        ("编号", tender["id"]),
        ("名称", tender["title"]),
        ("招标人／采购人", compiled["buyer"]["name"]),
        ("状态", tender["status"]),
        ("估算价（元）", _amount(tender)),
        ("公告时间", _local(tender["tenderPeriod"]["startDate"])),
        ("投标截止时间", _local(tender["tenderPeriod"]["endDate"])),
        ("投标人数", tender.get("numberOfTenderers")),
    )


def _lot(lot: Mapping[str, Any]) -> Sequence[Cell]:
    ceiling = lot["x_ceilingPrice"]["amount"]
    return (lot["id"], lot["title"], lot["status"], _amount(lot), ceiling)


def _item(item: Mapping[str, Any]) -> Sequence[Cell]:
    unit = item.get("unit", {}).get("name")
    told = (item.get("x_code"), item.get("description"), item.get("quantity"))
    return (item["relatedLot"], *told, unit)


def _bid(bid: Mapping[str, Any]) -> Sequence[Cell]:
    names = _names(bid["tenderers"])
    return (bid["relatedLots"][0], names, _local(bid["date"]), bid["status"], _amount(bid))


def _award(award: Mapping[str, Any]) -> Sequence[Cell]:
    about = (award["relatedLots"][0], award.get("x_rank"), _names(award["suppliers"]))
    return (*about, award["status"], _amount(award), _local(award.get("date")))


def _contract(contract: Mapping[str, Any]) -> Sequence[Cell]:
    signed = _local(contract.get("dateSigned"))
    return (contract["id"], contract["status"], _amount(contract), signed)


def _document(document: Mapping[str, Any]) -> Sequence[Cell]:
    published = _local(document["datePublished"])
    return (document["title"], document["documentType"], published, document["url"])


def _release(release: Mapping[str, Any]) -> Sequence[Cell]:
    return (release["id"], _local(release["date"]), ", ".join(release["tag"]))


def _board_row(row: Listed) -> Sequence[Cell]:
    return (
        row.number,
        row.title,
        row.procuring_entity,
        row.regime,
        row.region,
        row.procedure,
        row.status,
        _local(row.published_at.isoformat()),
        _local(row.deadline.isoformat()),
        Decimal(row.estimate_fen).scaleb(-2),
    )


def _amount(value: Mapping[str, Any]) -> Decimal | None:
    return value["value"]["amount"] if "value" in value else None


def _names(organizations: Sequence[Mapping[str, Any]]) -> str:
    return "、".join(each["name"] for each in organizations)


def _local(at: str | None) -> str | None:
    """An instant as people in China write it, to the second."""
    if at is None:
        return None
    return datetime.fromisoformat(at).astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M:%S")


def _shown(row: Sequence[Cell]) -> list[Cell]:
    return [guarded(cell) if isinstance(cell, str) else cell for cell in row]


def _workbook(sheets: Iterable[Sheet], dated: datetime) -> bytes:
    book = Workbook(write_only=True)
    book.properties.created = book.properties.modified = dated.replace(tzinfo=None, microsecond=0)
    for title, heading, rows in sheets:
        sheet = book.create_sheet(title)
        sheet.append(list(heading))
        for row in rows:
            sheet.append(_shown(row))
    out = io.BytesIO()
    book.save(out)
    return _redated(out.getvalue(), dated)


def _redated(data: bytes, dated: datetime) -> bytes:
    """The same archive without the instant of its making, which the writer puts into it."""
    out = io.BytesIO()
    modified = dated.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ").encode()
    with zipfile.ZipFile(io.BytesIO(data)) as made, zipfile.ZipFile(out, "w") as kept:
        for name in made.namelist():
            member = zipfile.ZipInfo(name, _ZIP_DATE)
            content = made.read(name)
            if name == "docProps/core.xml":
                content = _MODIFIED.sub(b"\\g<1>" + modified, content)
            kept.writestr(member, content, zipfile.ZIP_DEFLATED)
    return out.getvalue()
