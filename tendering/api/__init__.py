"""The HTTP edge of tendering: parse, call one action, shape the answer."""
