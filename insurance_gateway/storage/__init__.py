"""All SQL of schema `insurance`."""
