"""One module per family of insurer interfaces."""
