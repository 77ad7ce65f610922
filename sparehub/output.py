"""How the command speaks: results on standard output, everything else on standard error.

What is printed may hold text of a stack file, a state or an answer of Azure. So nothing in a text
is obeyed, neither by a terminal nor by rich: a style is an argument of its own.
"""

import json
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from rich import box
from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment
from rich.table import Table
from rich.text import Text

from sparehub.topology.config.printable import printable

_WIDE = 250  # columns for a file or a pipe, where nothing is to be wrapped or cut


class SafeConsole(Console):
    """A console on which every text is shown as it is, whatever prints it."""

    def render_str(self, text: str, **how: Any) -> Text:  # noqa: ANN401 - rich's options
        """Return a text to be laid out."""
        return super().render_str(printable(text), **how)

    def render(
        self, renderable: RenderableType, options: ConsoleOptions | None = None
    ) -> Iterable[Segment]:
        """Yield the pieces of what is printed; what moves the cursor is rich's own."""
        for segment in super().render(renderable, options):
            if segment.control:
                yield segment
            else:
                yield Segment(printable(segment.text), segment.style)


def _console(*, stderr: bool) -> Console:
    console = SafeConsole(stderr=stderr, highlight=False, soft_wrap=True, markup=False, emoji=False)
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

    def exactly(self, text: str) -> None:
        """Print lines for a shell to evaluate: every byte is what it is to be there."""
        self.results.file.flush()
        stream = getattr(self.results.file, "buffer", None)
        if stream is None:
            self.results.file.write(f"{text}\n")
        else:
            stream.write(os.fsencode(f"{text}\n"))
            stream.flush()

    def table(self, headers: Sequence[str], rows: Iterable[Sequence[str | Text]]) -> None:
        """Print a table: framed on a terminal, plain lines elsewhere."""
        table = Table(*headers, box=box.SIMPLE_HEAD if self.results.is_terminal else None)
        for row in rows:
            table.add_row(*row)
        self.results.print(table)

    def note(self, text: str) -> None:
        """Say what is going on, beside the results."""
        self.progress.print(text)
