"""Evaluation methods as data: how prices become points, and points a ranking.

A method is a versioned JSON definition that is published with the tender documents. Whatever could
change a result stands in it: the price base, who enters the benchmark, trimming, coefficients,
slopes, floors, the decimals and the rounding mode of every step, ties. Between two declared
rounding steps the arithmetic is exact (rational), so nothing depends on the machine or the order.
"""
