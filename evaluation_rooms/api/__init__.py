"""The HTTP edge of the rooms: tickets, check-in, phases, and the socket's address."""
