"""The command, in a process that dies by signal 9 at a named point: for tests alone.

``python -m tests.engine.victim POINT ARGUMENTS``; POINT is ``before:EVENT:STEP``,
``after:EVENT:STEP`` (a journal record), ``before:PUT:`` or ``after:DELETE:`` (a request of its own
that writes) or ``write:NAME`` (Pulumi says that it writes a resource).
"""

import os
import signal
import sys
from typing import Any

from sparehub import cli
from sparehub.failover.azure import Answer, SimulatedAzure
from sparehub.failover.journal import Journal, Record
from sparehub.failover.progress import Progress
from topology.changes import Operation


def die() -> None:
    """End at once: nothing is cleaned up, nothing is written."""
    os.kill(os.getpid(), signal.SIGKILL)


def main(point: str) -> None:
    """Run the command until the point."""
    append, writes, send = Journal.append, Progress.writes, SimulatedAzure.send

    def appending(journal: Journal, event: str, operation: str = "", **data: Any) -> Record:
        name = f"{event}:{data.get('step', '')}"
        if point == f"before:{name}":
            die()
        record = append(journal, event, operation, **data)
        if point == f"after:{name}":
            die()
        return record

    def writing(progress: Progress, operation: Operation) -> None:
        writes(progress, operation)
        if point == f"write:{operation.name}":
            die()

    def sending(azure: SimulatedAzure, method: str, *arguments: Any, **more: Any) -> Answer:
        if point == f"before:{method}:":
            die()
        answer = send(azure, method, *arguments, **more)
        if point == f"after:{method}:":
            die()
        return answer

    SimulatedAzure.send = sending  # type: ignore[method-assign, assignment]
    Journal.append = appending  # type: ignore[method-assign, assignment]
    Progress.writes = writing  # type: ignore[method-assign, assignment]
    cli.main()


if __name__ == "__main__":
    named = sys.argv.pop(1)
    main(named)
