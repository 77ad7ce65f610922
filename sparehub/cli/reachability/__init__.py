"""Commands about reachability: ``verify`` and ``routes``."""
