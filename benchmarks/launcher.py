"""Runs the program beside it, ``program.py``, and leaves word of what that took.

A copy of it is the ``__main__.py`` of every variant that is measured.
"""

import atexit
import json
import os
import resource
import runpy
import sys
from pathlib import Path


def leave_word() -> None:
    """Write the most memory that this process held, and how long it kept a processor busy."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    unit = 1 if sys.platform == "darwin" else 1024  # of ru_maxrss
    word = {"bytes": used.ru_maxrss * unit, "processor": used.ru_utime + used.ru_stime}
    Path(os.environ["BENCHMARK_USAGE"]).write_text(json.dumps(word))


if __name__ == "__main__":
    atexit.register(leave_word)
    runpy.run_path(str(Path(__file__).with_name("program.py")), run_name="__main__")
