"""How the command speaks: results on standard output, everything else on standard error."""

import json
from dataclasses import dataclass, field
from typing import Any

from rich.console import Console


def _progress() -> Console:
    return Console(stderr=True, highlight=False, soft_wrap=True)


def _results() -> Console:
    return Console(highlight=False, soft_wrap=True)


@dataclass(frozen=True)
class Output:
    """The two streams; ``as_json`` where a script asked for one JSON document."""

    as_json: bool = False
    results: Console = field(default_factory=_results)
    progress: Console = field(default_factory=_progress)

    def document(self, value: Any) -> None:  # noqa: ANN401 - whatever JSON holds
        """Print one JSON document, as it is."""
        self.results.out(json.dumps(value, indent=2), highlight=False)

    def note(self, text: str) -> None:
        """Say what is going on, beside the results."""
        self.progress.print(text, markup=False)
