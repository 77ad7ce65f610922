"""Progress of a run, for a person or a script, on standard error."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from rich.progress import Progress as Bar
from rich.progress import ProgressColumn, SpinnerColumn, Task, TextColumn, TimeElapsedColumn
from rich.text import Text

from sparehub.output import Output
from sparehub.topology.planning.operations import ResourceOperation
from sparehub.topology.planning.plan import PlanStep


class _Remaining(ProgressColumn):
    """The remaining time that a step is expected to take."""

    def render(self, task: Task) -> Text:
        expected = task.total or 0
        remaining = max(expected - (task.elapsed or 0), 0)
        return Text(f"of about {expected:.0f} s, {remaining:.0f} s left")


@dataclass
class Progress:
    """Live on a terminal, lines elsewhere, one JSON event a line where JSON was asked for."""

    output: Output
    spent: dict[str, float] = field(default_factory=dict)
    """Seconds that each step took."""

    def note(self, text: str) -> None:
        """Print a line for a person."""
        self._print("note", text, text=text)

    def writes(self, operation: ResourceOperation) -> None:
        """Report a write to Azure."""
        text = f"  {operation.verb.value} {operation.name}"
        self._print("write", text, operation=operation.verb.value, name=operation.name)

    @contextmanager
    def step(self, step: PlanStep) -> Iterator[None]:
        """Show a step while it goes on: elapsed, expected and remaining seconds."""
        typical = step.seconds.typical
        text = f"{step.id}: {step.title} (Azure takes about {typical} s)"
        self._print("step", text, step=step.id, expected=typical)
        began = time.monotonic()
        live = self.output.progress.is_terminal and not self.output.as_json
        bar = Bar(
            SpinnerColumn(),
            TextColumn("{task.description}", markup=False),
            TimeElapsedColumn(),
            _Remaining(),
            console=self.output.progress,
            transient=True,
            disable=not live,
        )
        with bar:
            bar.add_task(step.id, total=max(typical, 1))
            yield
        took = time.monotonic() - began
        self.spent[step.id] = round(took, 1)
        self._print(
            "done", f"{step.id}: done in {took:.0f} s", step=step.id, seconds=round(took, 1)
        )

    def _print(self, event: str, line: str, **data: Any) -> None:  # noqa: ANN401 - JSON
        if self.output.as_json:
            document = json.dumps({"event": event, **data})
            self.output.progress.out(document, highlight=False)
        else:
            self.output.note(line)
