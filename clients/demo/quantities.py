"""The bill of quantities of the demonstration's works tender, and how its bidders price it.

Thirty items of a school building after GB 50500, with usual prices that everybody on the stage
knows. Every bidder moves each of them a little; value added tax takes what is left to its price.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from hashlib import sha256
from pathlib import Path
from typing import Final

from openpyxl import Workbook

from tendering.domain.quantities.bill import Bill, Line, added, fen, line_amount, rounded

HEADER: Final = (
    "项目编码",
    "项目名称",
    "项目特征",
    "计量单位",
    "工程量",
    "综合单价",
    "合价",
    "综合单价限价",
)
FILE: Final = "工程量清单.xlsx"
PRICED_FILE: Final = "已标价工程量清单.xlsx"
HIGH_PERCENT: Final = 25
LOW_PERCENT: Final = 25
# A unit price may be that much above the usual one, and a bidder moves it that much at most.
CEILING_PERMILLE: Final = 1300
MOVED_PERMILLE: Final = 60
# What one bidder puts into an early item, and takes out of a late one (不平衡报价).
UNBALANCED: Final = {"010501004001": 1420, "011407001001": 640}
TAX: Final = "增值税"
_PROVISIONAL: Final = Decimal(3_000_000)
_ESTIMATE: Final = Decimal(2_200_000)


@dataclass(frozen=True, slots=True)
class Usual:
    """An item with its usual unit price in yuan."""

    code: str
    name: str
    features: str
    unit: str
    quantity: str
    price: str


ITEMS: Final = (
    Usual("010101001001", "平整场地", "三类土", "m²", "6200", "4.20"),
    Usual("010101002001", "挖一般土方", "三类土，深2m以内", "m³", "11800", "21.50"),
    Usual("010101004001", "挖基坑土方", "三类土，深4m以内", "m³", "4600", "38.60"),
    Usual("010103001001", "回填方", "夯填，密实度0.94", "m³", "7300", "26.40"),
    Usual("010103002001", "余方弃置", "运距10km", "m³", "9100", "42.00"),
    Usual("010301002001", "预制钢筋混凝土管桩", "PHC500，C80", "m", "9600", "245.00"),
    Usual("010401003001", "实心砖墙", "MU10，M5水泥砂浆", "m³", "860", "612.00"),
    Usual("010402001001", "砌块墙", "加气混凝土，A5.0", "m³", "3150", "548.00"),
    Usual("010501001001", "垫层", "C15商品混凝土", "m³", "690", "598.00"),
    Usual("010501004001", "满堂基础", "C35P6商品混凝土", "m³", "2850", "705.00"),
    Usual("010502001001", "矩形柱", "C35商品混凝土", "m³", "1480", "742.00"),
    Usual("010503002001", "矩形梁", "C30商品混凝土", "m³", "1320", "718.00"),
    Usual("010505001001", "有梁板", "C30商品混凝土", "m³", "4400", "698.00"),
    Usual("010506001001", "直形楼梯", "C30商品混凝土", "m²", "980", "196.00"),
    Usual("010515001001", "现浇构件钢筋", "HRB400，直径10以内", "t", "412", "5980.00"),
    Usual("010515001002", "现浇构件钢筋", "HRB400，直径10以上", "t", "968", "5640.00"),
    Usual("010801001001", "木质门", "成品，含五金", "m²", "1240", "520.00"),
    Usual("010807001001", "金属窗", "断桥铝合金，中空玻璃", "m²", "3380", "690.00"),
    Usual("010902001001", "屋面卷材防水", "SBS改性沥青，两道", "m²", "4250", "98.00"),
    Usual("011001001001", "保温隔热屋面", "挤塑聚苯板80mm", "m²", "4250", "86.00"),
    Usual("011001003001", "保温隔热墙面", "岩棉板60mm，A级", "m²", "9700", "148.00"),
    Usual("011102003001", "块料楼地面", "防滑地砖600×600", "m²", "13600", "126.00"),
    Usual("011201001001", "墙面一般抹灰", "水泥砂浆20mm", "m²", "31200", "31.00"),
    Usual("011204003001", "块料墙面", "瓷砖300×600", "m²", "5400", "142.00"),
    Usual("011302001001", "吊顶天棚", "轻钢龙骨，矿棉板", "m²", "8900", "132.00"),
    Usual("011407001001", "墙面喷刷涂料", "内墙乳胶漆两遍", "m²", "38600", "27.50"),
    Usual("030404017001", "配电箱", "AL型，成套", "台", "126", "3850.00"),
    Usual("030411004001", "配线", "BV-4mm²", "m", "86000", "5.60"),
    Usual("031001006001", "塑料管", "PPR，DN32", "m", "7800", "46.00"),
    Usual("031201001001", "室内消火栓", "单栓，带软管卷盘", "套", "148", "1680.00"),
)
MEASURES: Final = (
    Usual("", "安全文明施工费", "", "项", "1", "2150000.00"),
    Usual("", "脚手架工程", "", "项", "1", "1360000.00"),
    Usual("", "垂直运输", "", "项", "1", "720000.00"),
)
FEES: Final = (Usual("", "社会保险费", "", "项", "1", "1240000.00"),)
_USUAL: Final = {one.code or one.name: Decimal(one.price) for one in (*ITEMS, *MEASURES, *FEES)}


def write_bill(file: Path) -> None:
    """Write the tender's bill: no prices, but ceilings of the items, and what is fixed. Blocks."""
    rows: list[tuple[object, ...]] = [_asked(one, ceiling=True) for one in ITEMS]
    rows += [("", "措施项目"), *(_asked(one) for one in MEASURES)]
    rows += [
        ("", "其他项目"),
        ("", "暂列金额", "", "", None, None, _PROVISIONAL),
        ("", "专业工程暂估价", "幕墙工程", "", None, None, _ESTIMATE),
    ]
    rows += [("", "规费"), *(_asked(one) for one in FEES)]
    rows += [("", "税金"), ("", TAX, "", "项", 1)]
    _write(file, rows)


def write_priced(
    asked: Bill, file: Path, *, bidder: str, price_fen: int, estimate_fen: int, unbalanced: bool
) -> None:
    """Write the tender's bill as a bidder prices it: it comes to `price_fen` exactly. Blocks."""
    level = Decimal(price_fen) / Decimal(estimate_fen)
    prices = {
        line.code or line.name: _price(line, bidder, level, unbalanced=unbalanced)
        for line in asked.lines
        if line.quantity is not None and line.name != TAX
    }
    rest = Decimal(price_fen).scaleb(-2) - added(
        line_amount(_priced(line, prices), 2) for line in asked.lines if line.name != TAX
    )
    assert rest > 0, "the demonstration's items leave room for the tax"
    prices[TAX] = rest
    rows: list[tuple[object, ...]] = []
    section = ""
    for line in asked.lines:
        if line.section != section:
            section = line.section
            rows.append(("", section))
        own = _priced(line, prices)
        rows.append(
            (
                line.code,
                line.name,
                line.features,
                line.unit,
                line.quantity,
                own.unit_price,
                line_amount(own, 2),
            )
        )
    total = Decimal(price_fen).scaleb(-2)
    assert fen(total) == price_fen
    rows.append(("", "投标总价", "", "", None, None, total))
    _write(file, rows)


def _priced(line: Line, prices: Mapping[str, Decimal]) -> Line:
    price = prices.get(line.code or line.name) if line.quantity is not None else None
    return Line("", 0, line.part, line.code, line.name, "", "", line.quantity, price, line.amount)


def _price(line: Line, bidder: str, level: Decimal, *, unbalanced: bool) -> Decimal:
    """The usual price at the bidder's level, moved by what follows from its name."""
    key = line.code or line.name
    chance = int.from_bytes(sha256(f"{bidder}/{key}".encode()).digest()[:4], "big")
    moved = 1000 + chance % (2 * MOVED_PERMILLE + 1) - MOVED_PERMILLE
    if unbalanced:
        moved = UNBALANCED.get(key, moved)
    return rounded(_USUAL[key] * level * moved / 1000, 2)


def _asked(one: Usual, *, ceiling: bool = False) -> tuple[object, ...]:
    most = rounded(Decimal(one.price) * CEILING_PERMILLE / 1000, 2) if ceiling else None
    return (one.code, one.name, one.features, one.unit, Decimal(one.quantity), None, None, most)


def _write(file: Path, rows: Iterable[tuple[object, ...]]) -> None:
    book = Workbook(write_only=True)
    sheet = book.create_sheet("工程量清单")
    for row in (HEADER, *rows):
        sheet.append(list(row))
    book.save(file)
