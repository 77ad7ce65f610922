"""Output of the command: results on standard output, everything else on standard error.

The output may contain text of a stack file, a state or an answer of Azure. So control characters
are escaped, and rich's markup is off: a style is a separate argument.
"""

import json
import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from rich import box
from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment
from rich.table import Table
from rich.text import Text

from sparehub.topology.config.printable import printable

Note = Callable[[str], None]
"""Prints one line for a person, on standard error."""
_WIDE = 250  # columns for a file or a pipe, where nothing is to be wrapped or cut


class SafeConsole(Console):
    """A console that escapes control characters in every text."""

    def render_str(self, text: str, **how: Any) -> Text:  # noqa: ANN401 - rich's options
        """Return a text for layout."""
        return super().render_str(printable(text), **how)

    def render(
        self, renderable: RenderableType, options: ConsoleOptions | None = None
    ) -> Iterable[Segment]:
        """Yield the segments of an output; rich's own cursor movements stay."""
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
    """The two streams; ``as_json`` is set for a script that wants one JSON document."""

    as_json: bool = False
    results: Console = field(default_factory=lambda: _console(stderr=False))
    progress: Console = field(default_factory=lambda: _console(stderr=True))

    def document(self, value: Any) -> None:  # noqa: ANN401 - JSON
        """Print one JSON document."""
        self.results.out(json.dumps(value, indent=2), highlight=False)

    def exactly(self, text: str) -> None:
        """Print lines for a shell to evaluate, byte by byte."""
        self.results.file.flush()
        stream = getattr(self.results.file, "buffer", None)
        if stream is None:
            self.results.file.write(f"{text}\n")
        else:
            stream.write(os.fsencode(f"{text}\n"))
            stream.flush()

    def table(self, headers: Sequence[str], rows: Iterable[Sequence[str | Text]]) -> None:
        """Print a table; without frames where the output is not a terminal."""
        table = Table(*headers, box=box.SIMPLE_HEAD if self.results.is_terminal else None)
        for row in rows:
            table.add_row(*row)
        self.results.print(table)

    def note(self, text: str) -> None:
        """Print a line about progress on standard error."""
        self.progress.print(text)
