"""Documents of a tender: Typst templates made into PDF/A, and their signatures."""
