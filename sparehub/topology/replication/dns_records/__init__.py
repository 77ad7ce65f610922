"""Records in DNS of machines whose address changes: what changes, and scripts that change it."""
