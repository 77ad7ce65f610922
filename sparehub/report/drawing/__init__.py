"""The pictures of the report: a region, a pair, and what each stage changes."""
