"""A result as JSON with every intermediate value: in rooms, in reports, from `kaibiao score`.

Format `kaibiao/scores/v1`. Yuan, percents and points are decimal texts, fen are integers.
"""

from typing import Final

from crypto.canonical import JsonValue
from tendering.domain.methods.choices import result_json
from tendering.domain.methods.price import LineRow, LineScores, PriceScores
from tendering.domain.methods.score import Scored
from tendering.domain.methods.totals import Ranking
from tendering.domain.methods.words import Words

FORMAT: Final = "kaibiao/scores/v1"


def score_json(scored: Scored) -> dict[str, JsonValue]:
    """The whole result as plain JSON."""
    method = scored.method
    return {
        "format": FORMAT,
        "method": {
            "id": method.id,
            "version": method.version,
            "digest": method.digest().hex(),
        },
        "prices_fen": dict(scored.prices_fen),
        "corrections": {
            bid: {
                "price_fen": one.price_fen,
                "confirm": one.confirm,
                "steps": [_words(step) for step in one.steps],
            }
            for bid, one in scored.corrections.items()
        },
        "drawn": {name: result_json(draw) for name, draw in scored.case.draws.items()},
        "price": None if scored.prices is None else _prices(scored.prices),
        "ranking": [] if scored.ranking is None else ranking_json(scored.ranking),
        "compared": [
            {
                "rank": row.rank,
                "bid": row.bid,
                "price_fen": row.price_fen,
                "evaluated_yuan": f"{row.evaluated_yuan:f}",
                "tie": row.tie,
                **_words(row.words),
            }
            for row in scored.compared
        ],
        "same_brand": [
            {"brand": one.brand, "bids": list(one.bids), "forward": one.forward, "by": one.by}
            for one in scored.brands
        ],
        "places": [{"rank": one.rank, "bid": one.bid, **_words(one.why)} for one in scored.places],
        "low_price_triggers": [
            {"bid": one.bid, "rule": one.rule, "price_fen": one.price_fen, **_words(one.words)}
            for one in scored.triggers
        ],
        "findings": [
            {
                "severity": one.severity,
                "where": one.where,
                "law": one.law,
                **_words(one.words),
            }
            for one in scored.findings
        ],
    }


def ranking_json(ranking: Ranking) -> list[JsonValue]:
    """The ranking, best first; points as texts."""
    return [
        {
            "rank": row.rank,
            "bid": row.bid,
            "criteria": {name: f"{points:f}" for name, points in row.criteria.items()},
            "technical": f"{row.technical:f}",
            "business": f"{row.business:f}",
            "price": f"{row.price:f}",
            "total": f"{row.total:f}",
            "tie": row.tie,
        }
        for row in ranking.rows
    ]


def _prices(prices: PriceScores) -> dict[str, JsonValue]:
    return {
        "lines": [_line(line) for line in prices.lines],
        "rows": [
            {
                "bid": row.bid,
                "price_fen": row.price_fen,
                "points_unrounded": f"{row.points_unrounded:f}",
                "points": f"{row.points:f}",
            }
            for row in prices.rows
        ],
    }


def _line(line: LineScores) -> dict[str, JsonValue]:
    return {
        "line": line.line.id,
        "weight": str(line.line.weight),
        "benchmark": {
            "yuan": f"{line.benchmark.yuan:f}",
            "exact": str(line.benchmark.exact),
            "used": list(line.benchmark.used),
            "left_out": list(line.benchmark.left_out),
            **_words(line.benchmark.words),
        },
        "rows": [_row(line, row) for row in line.rows],
    }


def _row(line: LineScores, row: LineRow) -> dict[str, JsonValue]:
    return {
        "bid": row.bid,
        "evaluated_yuan": f"{line.shown_price(row):f}",
        "evaluated_exact": str(row.price.exact),
        "enters_benchmark": row.enters_benchmark,
        "deviation_percent": f"{line.shown_deviation(row):f}",
        "deviation_exact": str(row.curve_points.deviation_exact),
        "points_exact": str(row.curve_points.exact),
        "points": f"{row.points:f}",
        **_words(line.words(row)),
    }


def _words(words: Words) -> dict[str, JsonValue]:
    return {"words_zh": words.zh, "words_en": words.en}
