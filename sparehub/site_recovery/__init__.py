"""Site Recovery by Microsoft's SDK: items, jobs, recovery plans and recovery points of a vault."""
