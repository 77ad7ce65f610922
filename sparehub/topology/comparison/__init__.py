"""How the two regions differ."""
