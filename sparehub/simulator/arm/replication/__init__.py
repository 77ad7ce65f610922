"""What Site Recovery does when it is asked: failover, test, commit, re-protection, plans."""
