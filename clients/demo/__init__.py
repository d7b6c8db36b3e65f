"""A demonstration: one whole tender played by processes that share nothing but the public API."""
