"""Opening hall and evaluation rooms: people act together, from anywhere."""
