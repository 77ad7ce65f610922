"""What every test shares: the same examples at each run."""

from _pytest.terminal import TerminalReporter
from hypothesis import settings

settings.register_profile("same-twice", derandomize=True, deadline=None, database=None)
settings.load_profile("same-twice")


def pytest_terminal_summary(terminalreporter: TerminalReporter) -> None:
    """Print what tests want said at the end: how far the local Azure answers as Azure did."""
    for report in (each for found in terminalreporter.stats.values() for each in found):
        if getattr(report, "when", "") != "call":
            continue
        properties = getattr(report, "user_properties", ())
        for line in (value for name, value in properties if name == "summary"):
            terminalreporter.write_line(str(line))
