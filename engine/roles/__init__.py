"""Records which actions of Azure the commands need, on a local Azure, and writes it down."""
