"""Bills of quantities: what does not add up, and what bids have in common."""
