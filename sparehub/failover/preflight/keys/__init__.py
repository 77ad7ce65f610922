"""Authorization keys before an operation: which are usable, and which were given by hand."""
