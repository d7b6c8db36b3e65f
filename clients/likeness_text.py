"""The report on the likeness of bids as it is printed and as a page: the same facts, in words."""

from collections.abc import Iterator, Mapping
from html import escape
from typing import Any, Final

_ZH: Final = {
    "title": "投标文件雷同性分析",
    "bids": "{count}份投标文件，{letters}字（与招标文件相同的{of_tender}字已扣除）",
    "pair": "{a} 与 {b}：相同{letters}字，占较短一份自有文字的{percent}%，共{found}处",
    "passage": "{letters}字：{first} 第{p1}页 ／ {second} 第{p2}页",
    "common": "{bids}家共有（不计入两两比较）：{letters}字，{bid} {document} 第{page}页",
    "texts": "文字",
    "shared": "共有文字",
    "marks": "文件与设备痕迹",
    "prices": "报价规律",
    "unread": "未能读取",
    "without_text": "没有文字（扫描件？需人工比对）",
    "is_cut": "过长，只比较了前面部分",
    "strong": "强",
    "weak": "弱",
    "nothing": "未发现线索。",
    "left_out": "另有{count}对相同处更少，未列出。",
}
_EN: Final = {
    "title": "Likeness of bids",
    "bids": "{count} bids, {letters} letters (without {of_tender} of the tender's own)",
    "pair": "{a} and {b}: {letters} letters, {percent} % of the shorter's own, {found} places",
    "passage": "{letters} letters: {first} p.{p1} / {second} p.{p2}",
    "common": "{bids} bids have (counts for no pair): {letters} letters, {bid} {document} p.{page}",
    "texts": "Texts",
    "shared": "Common ground",
    "marks": "Marks of files and devices",
    "prices": "Regular prices",
    "unread": "Not read",
    "without_text": "no text (a scan? compare by eye)",
    "is_cut": "too long: only the beginning was compared",
    "strong": "strong",
    "weak": "weak",
    "nothing": "Nothing was found.",
    "left_out": "{count} more pairs share less and are not listed.",
}

Report = Mapping[str, Any]
Part = tuple[str, list[tuple[str, list[str]]]]
"""A heading and its items, each a line with the lines that prove it."""


def parts(report: Report, language: str) -> Iterator[Part]:
    """The report in words: headings, items, and what proves them."""
    words = _ZH if language == "zh" else _EN
    yield words["texts"], list(_pairs(report, words))
    if report["common"]:
        yield (
            words["shared"],
            [
                (words["common"].format(**{**one, **one["place"]}), [one["text"]])
                for one in report["common"]
            ],
        )
    if report["marks"]:
        yield words["marks"], list(_marks(report, words, language))
    if report["prices"]:
        yield (
            words["prices"],
            [
                (f"{'、'.join(one['bids'])}：{one['words'][language]}", one["examples"])
                for one in report["prices"]
            ],
        )
    unread = [(f"{one['bid']}/{one['file']}", [one["why"]]) for one in report["unread"]]
    if unread:
        yield words["unread"], unread


def lines(report: Report, language: str) -> Iterator[str]:
    """The report for a terminal."""
    for heading, items in parts(report, language):
        yield heading
        for item, proof in items:
            yield f"  {item}"
            yield from (f"      {line}" for line in proof)
    yield report["notice"][language]


def page(report: Report, language: str) -> str:
    """The report as one HTML page without scripts; everything from files is escaped."""
    words = _ZH if language == "zh" else _EN
    out = [
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8">',
        (
            '<meta http-equiv="Content-Security-Policy" '
            "content=\"default-src 'none'; style-src 'unsafe-inline'\">"
        ),
        f"<title>{words['title']}</title>",
        (
            "<style>body{font:16px/1.6 sans-serif;max-width:60em;margin:2em auto;padding:0 1em}"
            "blockquote{margin:.2em 0 .2em 2em;color:#444;overflow-wrap:anywhere}</style></head>"
        ),
        f"<body><h1>{words['title']}</h1><p>{escape(report['notice'][language])}</p>",
    ]
    for heading, items in parts(report, language):
        out.append(f"<h2>{escape(heading)}</h2>")
        for item, proof in items:
            out.append(f"<p>{escape(item)}</p>")
            out += [f"<blockquote>{escape(line)}</blockquote>" for line in proof]
    return "\n".join([*out, "</body></html>\n"])


def _pairs(report: Report, words: Mapping[str, str]) -> Iterator[tuple[str, list[str]]]:
    bids = report["bids"]
    sums = {key: sum(one[key] for one in bids) for key in ("letters", "of_tender")}
    yield words["bids"].format(count=len(bids), **sums), list(_incomplete(report, words))
    for pair in report["pairs"]:
        proof = []
        for passage in pair["passages"]:
            first, second = passage["places"]
            proof.append(
                words["passage"].format(
                    letters=passage["letters"],
                    first=first["document"],
                    p1=first["page"],
                    second=second["document"],
                    p2=second["page"],
                )
            )
            texts = passage["texts"]
            proof += [f"“{text}”" for text in (texts[:1] if texts[0] == texts[1] else texts)]
        a, b = pair["bids"]
        yield (
            words["pair"].format(
                a=a,
                b=b,
                letters=pair["letters"],
                percent=pair["percent"],
                found=pair["passages_found"],
            ),
            proof,
        )
    if report["pairs_left_out"]:
        yield words["left_out"].format(count=report["pairs_left_out"]), []
    if not (report["pairs"] or report["marks"] or report["prices"]):
        yield words["nothing"], []


def _incomplete(report: Report, words: Mapping[str, str]) -> Iterator[str]:
    for one in report["bids"]:
        for name in one["without_text"]:
            yield f"{one['bid']}/{name}: {words['without_text']}"
        if one["is_cut"]:
            yield f"{one['bid']}: {words['is_cut']}"


def _marks(
    report: Report, words: Mapping[str, str], language: str
) -> Iterator[tuple[str, list[str]]]:
    for one in report["marks"]:
        line = f"[{words[one['weight']]}] {'、'.join(one['bids'])}：{one['words'][language]}"
        yield line, [f"{place['bid']}/{place['where']}" for place in one["places"]]
