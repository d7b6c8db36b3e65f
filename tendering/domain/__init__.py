"""Values and rules of tendering: pure, no I/O, no clock, no randomness."""
