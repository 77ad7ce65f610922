"""The command, in a process that a signal meets at a named point: for tests alone.

``python -m tests.engine.killed_command SIGNAL POINT ARGUMENTS``: SIGKILL ends it at once, nothing
being
cleaned up, and SIGSTOP pauses it until SIGCONT. POINT is ``before:EVENT:STEP``,
``after:EVENT:STEP`` (a journal record), ``before:PUT:`` or ``after:DELETE:`` (a request of its own
that writes), ``before:POST:unplannedFailover`` or ``after:PUT:app1`` (the same request by the last
part of its path, or one of Microsoft's SDK) or ``write:NAME`` (Pulumi says that it writes a
resource).
"""

import os
import signal
import sys
from typing import Any
from urllib.parse import urlsplit

from requests import Session

from sparehub.azure.answers import Answer
from sparehub.azure.local import LocalAzure
from sparehub.cli import app
from sparehub.failover.adapters.progress import Progress
from sparehub.failover.journal.events import JournalEvent
from sparehub.failover.journal.journal import Journal, Record
from sparehub.topology.planning.operations import ResourceOperation


def main(number: signal.Signals, point: str) -> None:
    """Run the command, and meet the signal where it first comes to the point."""
    met: list[str] = []

    def come(to: str) -> None:
        if to == point and not met:
            met.append(to)
            os.kill(os.getpid(), number)

    append, writes, send = Journal.append, Progress.writes, LocalAzure.send

    def appending(
        journal: Journal, event: JournalEvent, operation: str = "", **data: Any
    ) -> Record:
        name = f"{event}:{data.get('step', '')}"
        come(f"before:{name}")
        record = append(journal, event, operation, **data)
        come(f"after:{name}")
        return record

    def writing(progress: Progress, operation: ResourceOperation) -> None:
        writes(progress, operation)
        come(f"write:{operation.name}")

    def sending(azure: LocalAzure, method: str, *arguments: Any, **more: Any) -> Answer:
        come(f"before:{method}:")
        answer = send(azure, method, *arguments, **more)
        come(f"after:{method}:")
        return answer

    def passing(session: Any, request: Any, **more: Any) -> Any:
        last = urlsplit(str(request.url)).path.rpartition("/")[2]
        come(f"before:{request.method}:{last}")
        answer = transported(session, request, **more)
        come(f"after:{request.method}:{last}")
        return answer

    transported, Session.send = Session.send, passing  # type: ignore[method-assign, assignment]
    LocalAzure.send = sending  # type: ignore[method-assign, assignment]
    Journal.append = appending  # type: ignore[method-assign, assignment]
    Progress.writes = writing  # type: ignore[method-assign, assignment]
    app.main()


if __name__ == "__main__":
    named, where = sys.argv.pop(1), sys.argv.pop(1)
    main(signal.Signals[named], where)
