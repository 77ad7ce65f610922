"""Authorization keys: which are used up, and how new ones are issued and stored."""
