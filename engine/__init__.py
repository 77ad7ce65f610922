"""How Pulumi itself is had on a machine that has none: a set-up step, and a stand-in language host."""
