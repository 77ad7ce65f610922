"""Azure's facts as data: regions, SKUs, limits, durations, each with its source."""
