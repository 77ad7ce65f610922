"""The steps of an operation: each writes to Azure, a stack or the journal."""
