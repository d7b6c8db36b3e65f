"""All SQL of the schema `tendering`, one module per table."""
