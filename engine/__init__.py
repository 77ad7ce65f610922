"""How Pulumi is had on a machine that has none: set-up, and a stand-in language host."""
