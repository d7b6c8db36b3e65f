"""The public journal of a tender as open data: OCDS 1.1 releases, merged records, packages."""
