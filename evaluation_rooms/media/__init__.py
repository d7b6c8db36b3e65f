"""Sound and picture of the rooms: what moves them. Who sees and hears whom is `floor`'s."""
