"""What people run while developing: set-up, generated files."""
