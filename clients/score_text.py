"""What `kaibiao score` prints: each step in words with its figures, to be checked by hand."""

from collections.abc import Iterator
from typing import Final

from tendering.domain.methods.findings import Finding
from tendering.domain.methods.method import Criterion, Method
from tendering.domain.methods.price import LineScores, PriceScores
from tendering.domain.methods.score import Scored
from tendering.domain.methods.totals import RankedBid
from tendering.domain.refusals import Refused

_ZH: Final = {
    "method": "评标办法",
    "digest": "摘要",
    "corrections": "报价修正",
    "draws": "抽取",
    "evaluated": "评审价格（合同价仍为投标报价）",
    "as_offered": "按投标报价",
    "benchmark": "评标基准价",
    "used": "参与计算",
    "left_out": "未参与计算",
    "price": "价格分",
    "sum": "合计",
    "totals": "总分",
    "no_points": "文件没有给出评审因素的得分，只计算价格分。",
    "technical": "技术",
    "business": "商务",
    "place": "排序",
    "rank": "第{rank}名",
    "tie": "并列区分：{tie}",
    "brands": "相同品牌",
    "forward": "{forward}代表该品牌",
    "open": "尚待{by}",
    "low": "异常低价审查",
    "none": "无",
    "no_rates": "法律没有规定比例，由评标委员会判断。",
    "findings": "提示",
    "no_bid": "没有有效投标。",
}
_EN: Final = {
    "method": "Method",
    "digest": "digest",
    "corrections": "Corrected prices",
    "draws": "Drawn",
    "evaluated": "Evaluated prices (the contract keeps the offer)",
    "as_offered": "as offered",
    "benchmark": "Benchmark price",
    "used": "in it",
    "left_out": "not in it",
    "price": "Price points",
    "sum": "sum",
    "totals": "Totals",
    "no_points": "The file gives no points for the criteria: price points only.",
    "technical": "technical",
    "business": "business",
    "place": "Order",
    "rank": "rank {rank}",
    "tie": "told apart by: {tie}",
    "brands": "Same brand",
    "forward": "{forward} goes forward",
    "open": "open: {by}",
    "low": "Abnormally low prices",
    "none": "none",
    "no_rates": "The law has no rates: the committee judges.",
    "findings": "Findings",
    "no_bid": "There is no valid bid.",
}
_TIES_ZH: Final = {
    "price_low": "报价低者优先",
    "technical_high": "技术得分高者优先",
    "business_high": "商务得分高者优先",
    "procuring_entity": "招标人确定",
    "draw": "随机抽取",
    "equal": "并列",
    "rank": "评审结果",
}
_REFUSED_ZH: Final = {
    "method-invalid": "评标办法有误，或者缺少它要求的数据",
    "bids-invalid": "报价数据文件有误",
    "evaluation-incomplete": "评分缺失、超出范围或者不一致",
    "price-above-ceiling": "报价超过最高投标限价，应当否决，不能计分",
}
_SEVERITIES_ZH: Final = {"block": "违法", "warn": "注意", "question": "核实"}


def score_lines(scored: Scored, language: str) -> Iterator[str]:
    """The whole result, line by line. Names come from files: what cannot be printed is replaced."""
    for line in _lines(scored, language, _EN if language == "en" else _ZH):
        shown = printable(line)
        yield shown[:-1] + "：" if language == "zh" and shown.endswith(":") else shown


def printable(text: str) -> str:
    """The text without control characters and direction marks, which could disguise it."""
    return "".join(one if one.isprintable() else "�" for one in text)


def reason(refused: Refused, language: str) -> str:
    """Why something was refused, with the place in the file and the bid if there is one."""
    where = refused.parameters.get("where") or refused.parameters.get("bid")
    if language == "en":
        return (
            refused.detail
            if where is None or str(where) in refused.detail
            else (f"{where}: {refused.detail}")
        )
    head = _REFUSED_ZH.get(refused.code, "不能计算")
    return f"{head}：{refused.detail}" if where is None else f"{head}（{where}）：{refused.detail}"


def _lines(scored: Scored, language: str, words: dict[str, str]) -> Iterator[str]:
    method = scored.method
    yield f"{words['method']}: {method.title} ({method.id} {method.version})"
    yield f"  {words['digest']}: sha256 {method.digest().hex()}"
    yield from _corrections(scored, language, words)
    yield from _draws(scored, words)
    yield from _evaluated(scored, language, words)
    if scored.prices is not None:
        yield from _prices(scored.prices, language, words)
        yield from _totals(scored, words)
    yield from _brands(scored, language, words)
    yield f"{words['place']}:"
    if not any(place.rank for place in scored.places):
        yield f"  {words['no_bid']}"
    ties = {row.bid: row.tie for row in _ranked(scored)}
    ties |= {row.bid: row.tie for row in scored.compared}
    for place in scored.places:
        if place.rank is None:
            yield f"  —  {place.bid}  {place.why.said(language)}"
            continue
        tie = ties.get(place.bid)
        told = "" if tie is None else "  " + words["tie"].format(tie=_tie(tie, language))
        yield f"  {words['rank'].format(rank=place.rank)}  {place.bid}{told}"
    yield from _low(scored, language, words)
    yield from _findings(scored.findings, language, words)


def _corrections(scored: Scored, language: str, words: dict[str, str]) -> Iterator[str]:
    changed = {bid: one for bid, one in scored.corrections.items() if one.confirm}
    if changed:
        yield f"{words['corrections']}:"
        for bid, correction in changed.items():
            for step in correction.steps:
                yield f"  {bid}  {step.said(language)}"


def _draws(scored: Scored, words: dict[str, str]) -> Iterator[str]:
    for name, draw in scored.case.draws.items():
        balls = ", ".join(f"{ball.drawn} ∈ {{{_digits(ball.urn)}}}" for ball in draw.balls)
        yield f"{words['draws']}: {name} = {draw.shown} ({balls})"


def _digits(urn: tuple[int, ...]) -> str:
    return " ".join(str(one) for one in urn)


def _evaluated(scored: Scored, language: str, words: dict[str, str]) -> Iterator[str]:
    rows = [(row.bid, row.words, row.evaluated_yuan) for row in scored.compared]
    if scored.prices is not None:
        for line in scored.prices.lines:
            rows += [
                (row.bid, row.price.words, line.shown_price(row))
                for row in line.rows
                if row.price.words.zh
            ]
    if rows:
        yield f"{words['evaluated']}:"
    for bid, how, yuan in rows:
        offered = f"{yuan:f} ({words['as_offered']})"
        yield f"  {bid}  {how.said(language) or offered}"


def _prices(prices: PriceScores, language: str, words: dict[str, str]) -> Iterator[str]:
    for line in prices.lines:
        name = "" if len(prices.lines) == 1 else f" {line.line.title} ({line.line.id})"
        yield f"{words['benchmark']}{name}:"
        yield f"  {line.benchmark.words.said(language)}"
        yield from _entered(line, words)
        yield f"{words['price']}{name}:"
        for row in line.rows:
            yield f"  {row.bid}  {line.words(row).said(language)}"
    if len(prices.lines) > 1:
        yield f"{words['price']} {words['sum']}:"
        for place, total in enumerate(prices.rows):
            parts = " + ".join(
                f"{line.rows[place].points} × {line.line.weight}" for line in prices.lines
            )
            yield f"  {total.bid}  {parts} = {total.points}"


def _entered(line: LineScores, words: dict[str, str]) -> Iterator[str]:
    for key, bids in (("used", line.benchmark.used), ("left_out", line.benchmark.left_out)):
        if bids:
            yield f"  {words[key]}: {', '.join(bids)}"


def _totals(scored: Scored, words: dict[str, str]) -> Iterator[str]:
    if scored.ranking is None:
        yield words["no_points"]
        return
    yield f"{words['totals']}:"
    for row in scored.ranking.rows:
        for criterion in scored.method.criteria:
            yield f"    {_criterion(row, criterion)}"
        yield f"  {row.bid}  {_total(scored.method, row, words)}"


def _criterion(row: RankedBid, criterion: Criterion) -> str:
    return (
        f"{row.bid}  {criterion.title}: {row.criteria[criterion.id]} × {criterion.weight}"
        f" (≤ {criterion.max_points})"
    )


def _total(method: Method, row: RankedBid, words: dict[str, str]) -> str:
    parts = [
        f"{words[section]} {getattr(row, section)}"
        for section in ("technical", "business")
        if any(one.section == section for one in method.criteria)
    ]
    parts.append(f"{words['price']} {row.price} × {method.price.weight}")
    return f"{' + '.join(parts)} = {row.total}"


def _ranked(scored: Scored) -> tuple[RankedBid, ...]:
    return () if scored.ranking is None else scored.ranking.rows


def _brands(scored: Scored, language: str, words: dict[str, str]) -> Iterator[str]:
    if scored.brands:
        yield f"{words['brands']}:"
    for group in scored.brands:
        result = (
            words["open"].format(by=_tie(group.by, language))
            if group.forward is None
            else words["forward"].format(forward=group.forward)
        )
        yield f"  {group.brand}: {', '.join(group.bids)}  {result}"


def _low(scored: Scored, language: str, words: dict[str, str]) -> Iterator[str]:
    yield f"{words['low']}:"
    if scored.rates is None:
        yield f"  {words['no_rates']}"
    elif not scored.triggers:
        yield f"  {words['none']}"
    for trigger in scored.triggers:
        yield f"  {trigger.bid}  {trigger.words.said(language)}"


def _findings(findings: tuple[Finding, ...], language: str, words: dict[str, str]) -> Iterator[str]:
    if findings:
        yield f"{words['findings']}:"
    for one in findings:
        severity = one.severity if language == "en" else _SEVERITIES_ZH[one.severity]
        law = f" [{one.law}]" if one.law else ""
        yield f"  {severity}  {one.where}: {one.words.said(language)}{law}"


def _tie(tie: str, language: str) -> str:
    return tie if language == "en" else _TIES_ZH[tie]
