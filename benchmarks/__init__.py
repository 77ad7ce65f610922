"""Benchmarks of large regions; ``docs/benchmarks.md`` has the figures."""
