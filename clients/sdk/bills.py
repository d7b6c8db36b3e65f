"""A bid's priced bill of quantities, held against the tender's before anything is sealed.

A bidder prices the lines and changes nothing else (GB 50500). What goes into the price envelope is
the spreadsheet as it is and what was read in it: the latter counts.
"""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Final

from clients.bill_files import read_bill_file
from clients.sdk.checks import BidFinding, Weight, printable
from clients.sdk.plan import BidPlan
from clients.serving import write_private
from crypto.container_digest import container_digest
from tendering.domain.quantities.arithmetic import check_arithmetic, check_opening_total, counted
from tendering.domain.quantities.bill import Bill, bill_digest
from tendering.domain.quantities.comparing import by_key, check_against
from tendering.domain.quantities.findings import BillFinding, gathered
from tendering.domain.quantities.lot_bill import LotBill
from tendering.domain.quantities.stored_bill import bill_content, parse_bill
from tendering.domain.refusals.tenders import BillInvalid
from tendering.domain.tender import Tender

# Of one kind: a bill for another tender differs in every line.
TOLD_MAX: Final = 20
# A bidder may mean it so; everything else is a mistake, or not this tender's bill.
_QUESTIONS: Final = frozenset({"price_missing", "price_zero", "above_ceiling"})


def with_bill(
    plan: BidPlan, tender: Tender, documents: Path, made: Path
) -> tuple[BidPlan, list[BidFinding]]:
    """The plan with its priced bill among the files of the price envelope, and what is wrong in it.

    `documents`: the folder of the tender documents as downloaded; `made`: where the structured bill
    is written. Blocks. Raises OSError, NotFound for a lot that there is not.
    """
    asked = tender.lot(plan.lot).bill
    if "price" not in plan.files or (asked is None and plan.bill is None):
        return plan, []
    if asked is None:
        return plan, [_error("bill-not-asked", "bill", "本标段没有工程量清单,请删去 bill")]
    if plan.bill is None:
        text = '本标段有工程量清单,请在 [price] 中写明 bill = "已标价工程量清单.xlsx"'
        return plan, [_error("bill-missing", "bill", text)]
    where = f"price/{printable(plan.bill.name)}"
    own, original = _own_bill(plan.bill, where), _tenders_bill(documents, asked)
    if isinstance(own, BidFinding):
        return plan, [own]
    if isinstance(original, BidFinding):
        return plan, [original]
    write_private(made, bill_content(own))
    files = dict(plan.files)
    others = tuple(one for one in files["price"] if one != plan.bill)
    files["price"] = (*others, plan.bill, made)
    price = plan.forms["price"]["price_fen"]
    assert isinstance(price, int)
    return replace(plan, files=files), list(_wrong(original, own, asked, price, where))


def _own_bill(file: Path, where: str) -> Bill | BidFinding:
    """What was read in the bidder's spreadsheet, or why nothing was."""
    try:
        bill = read_bill_file(file).bill
        parse_bill(bill_content(bill))
    except OSError:
        return _error("bill-missing", where, "找不到已标价工程量清单")
    except BillInvalid as refused:
        return _error("bill-unreadable", where, f"清单不能读取: {refused.detail}")
    return bill


def _tenders_bill(documents: Path, asked: LotBill) -> Bill | BidFinding:
    """The tender's bill out of its documents, or why there is none."""
    where = f"documents/{printable(asked.document)}"
    file = documents / asked.document
    try:
        content = file.read_bytes()
    except OSError:
        return _error("bill-not-downloaded", where, "请先运行 kaibiao bid documents 下载招标清单")
    if container_digest([content]) != asked.document_digest:
        return _error("bill-altered", where, "不是公告中的招标清单,请重新下载")
    bill = parse_bill(content)
    if bill_digest(bill) != asked.digest:
        return _error("bill-altered", where, "不是公告中的招标清单,请告知招标人")
    return bill


def _wrong(
    original: Bill, bill: Bill, asked: LotBill, price_fen: int, where: str
) -> Iterator[BidFinding]:
    own = counted(bill, asked.terms)
    found = gathered(
        [
            *check_against(by_key(original), by_key(bill)),
            *check_arithmetic(own, asked.terms),
            *check_opening_total(own, price_fen),
        ]
    )
    for kind, count in found.counts.items():
        of_kind = [one for one in found.listed if one.kind == kind][:TOLD_MAX]
        more = f"(共 {count} 处)" if count > len(of_kind) else ""
        weight = Weight.QUESTION if kind in _QUESTIONS else Weight.ERROR
        for one in of_kind:
            yield BidFinding(
                f"bill-{kind.replace('_', '-')}", weight, where, printable(_told(one)) + more
            )


def _told(one: BillFinding) -> str:
    row = f"{one.sheet}第{one.row}行" if one.row else ""
    return f"{row} {one.item}: {one.words.zh}".lstrip(" :")


def _error(code: str, where: str, text: str) -> BidFinding:
    return BidFinding(code, Weight.ERROR, where, text)
