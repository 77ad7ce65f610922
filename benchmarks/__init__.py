"""What large regions cost, measured; ``docs/benchmarks.md`` holds the figures."""
