"""Recovery plans: their runs, the steps of a run, and what a run changes (SR-60 to SR-64)."""
