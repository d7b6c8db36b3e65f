"""One module a party: what it does, in the order in which it does it."""
