"""The data of the runbook that switches the network: requests to ARM, from a plan."""
