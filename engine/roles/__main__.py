"""``make roles``: records on local Azures, and writes the roles; ``--check`` holds them to it.

``--check`` gives each command the roles of those who run it, and no other rights.
"""

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from engine.roles.holders import everything, only_their_roles
from engine.roles.recording import Recording
from engine.roles.worlds import LENT, WORLDS, Permit
from engine.roles.writing import DATA, data_text


def record(permit: Permit) -> Recording:
    """Run every world."""
    recording = Recording(LENT)
    for run in WORLDS.values():
        with TemporaryDirectory() as directory:
            run(Path(directory) / "home", recording, permit)
    return recording


def main() -> None:
    """Write the data of the roles, or hold them to what the commands need."""
    if "--check" in sys.argv:
        record(only_their_roles)
        return
    DATA.write_text(data_text(record(everything).rows()), encoding="utf-8")


if __name__ == "__main__":
    main()
