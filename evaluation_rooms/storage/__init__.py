"""All SQL of the schema `rooms`, one module per table or pair of tables."""
