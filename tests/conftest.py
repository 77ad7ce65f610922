"""What every test shares: the same examples at each run."""

from hypothesis import settings

settings.register_profile("same-twice", derandomize=True, deadline=None, database=None)
settings.load_profile("same-twice")
