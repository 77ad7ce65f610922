"""How the command speaks: results on standard output, everything else on standard error."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table

_WIDE = 250  # columns for a file or a pipe, where nothing is to be wrapped or cut


def _console(*, stderr: bool) -> Console:
    console = Console(stderr=stderr, highlight=False, soft_wrap=True)
    if not console.is_terminal:
        console.width = _WIDE
    return console


@dataclass(frozen=True)
class Output:
    """The two streams; ``as_json`` where a script asked for one JSON document."""

    as_json: bool = False
    results: Console = field(default_factory=lambda: _console(stderr=False))
    progress: Console = field(default_factory=lambda: _console(stderr=True))

    def document(self, value: Any) -> None:  # noqa: ANN401 - whatever JSON holds
        """Print one JSON document, as it is."""
        self.results.out(json.dumps(value, indent=2), highlight=False)

    def table(self, headers: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
        """Print a table: framed on a terminal, plain lines elsewhere."""
        table = Table(*headers, box=box.SIMPLE_HEAD if self.results.is_terminal else None)
        for row in rows:
            table.add_row(*row)
        self.results.print(table)

    def note(self, text: str) -> None:
        """Say what is going on, beside the results."""
        self.progress.print(text, markup=False)
