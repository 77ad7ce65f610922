"""What a Python runbook can import beside the standard library."""
