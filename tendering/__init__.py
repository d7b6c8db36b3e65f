"""From project registration to the archive: owns the truth about tenders."""
