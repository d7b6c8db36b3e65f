"""What several tests need: a database, a clock you set, builders of values."""
