"""The pause of a move, and what it is refused for."""
