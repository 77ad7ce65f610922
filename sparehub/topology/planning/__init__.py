"""Plans: ordered steps with their operations, durations and effect on traffic."""
