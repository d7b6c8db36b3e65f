"""Method definitions the tests share; each returns fresh JSON."""

from crypto.canonical import JsonValue

Definition = dict[str, JsonValue]


def a_method(price: Definition, **changes: JsonValue) -> Definition:
    """A comprehensive scoring method with one technical criterion, changed as asked."""
    definition: Definition = {
        "format": "kaibiao/method/v1",
        "id": "test",
        "version": "1",
        "title": "综合评估法",
        "rounding": "half_up",
        "criteria": [
            {
                "id": "technical-1",
                "title": "施工组织设计",
                "section": "technical",
                "kind": "subjective",
                "max_points": "100",
            }
        ],
        "price": price,
        "members": {"decimals": 2},
        "totals": {"decimals": 2, "ties": ["price_low", "equal"]},
    }
    return definition | changes


def mean_price(**changes: JsonValue) -> Definition:
    """M2: the mean as benchmark, one point a percent on both sides, floor 0, of 50."""
    price: Definition = {
        "max_points": "50",
        "benchmark": {"kind": "mean", "decimals": 2},
        "curve": {
            "kind": "deviation",
            "deviation_decimals": 2,
            "points_above": "1",
            "points_below": "0.5",
            "floor": "0",
        },
        "decimals": 2,
    }
    return price | changes


def reference_price(**changes: JsonValue) -> Definition:
    """WE-1: 2125 万元 given, 2 a percent above, 1 below but 10 at most, of 100, weighed 0.6."""
    price: Definition = {
        "max_points": "100",
        "weight": "0.6",
        "benchmark": {"kind": "reference", "price_fen": 2_125_000_000, "decimals": 2},
        "curve": {
            "kind": "deviation",
            "deviation_decimals": 2,
            "points_above": "2",
            "points_below": "1",
            "deduction_below_max": "10",
        },
        "decimals": 4,
    }
    return price | changes


def trimmed_price() -> Definition:
    """WE-5: trimmed mean × 0.95, 1.2 a percent above, 0.8 below, of 100."""
    return {
        "max_points": "100",
        "benchmark": {
            "kind": "mean",
            "float_percent": "5",
            "decimals": 2,
            "trimming": [
                {"bids_min": 6, "highest": 1, "lowest": 0},
                {"bids_min": 7, "highest": 1, "lowest": 1},
            ],
        },
        "curve": {
            "kind": "deviation",
            "points_above": "1.2",
            "points_below": "0.8",
            "floor": "0",
        },
        "decimals": 2,
    }


def inverse_price(max_points: str, **changes: JsonValue) -> Definition:
    """M5: lowest ÷ price × full points (WE-3, WE-7)."""
    price: Definition = {
        "max_points": max_points,
        "benchmark": {"kind": "lowest"},
        "curve": {"kind": "proportion"},
        "decimals": 2,
    }
    return price | changes
