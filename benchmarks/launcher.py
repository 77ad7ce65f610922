"""Runs the program beside it, ``program.py``, and records its memory and processor time.

A copy of it is the ``__main__.py`` of every variant that is measured.
"""

import atexit
import json
import os
import resource
import runpy
import sys
from pathlib import Path


def record_usage() -> None:
    """Write the peak memory and the processor time of this process."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    unit = 1 if sys.platform == "darwin" else 1024  # of ru_maxrss
    usage = {"bytes": used.ru_maxrss * unit, "processor": used.ru_utime + used.ru_stime}
    Path(os.environ["BENCHMARK_USAGE"]).write_text(json.dumps(usage))


if __name__ == "__main__":
    atexit.register(record_usage)
    runpy.run_path(str(Path(__file__).with_name("program.py")), run_name="__main__")
