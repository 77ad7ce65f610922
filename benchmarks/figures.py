"""What was measured, what it was to be, and both as text."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median

MEGABYTE = 1e6  # bytes


@dataclass(frozen=True)
class Run:
    """One run of a program."""

    seconds: float
    """Of the whole command."""
    processor: float
    """Seconds of the process that runs the program."""
    bytes: int
    """Of that process, at its peak."""


@dataclass(frozen=True)
class Figure:
    """One line of the table: a variant of the program at one size, in turns with the others."""

    variant: str
    spokes: int
    runs: Sequence[Run]

    @property
    def seconds(self) -> float:
        """How long a run took."""
        return median(run.seconds for run in self.runs)

    @property
    def processor(self) -> float:
        """How long the program kept a processor busy."""
        return median(run.processor for run in self.runs)

    @property
    def megabytes(self) -> float:
        """How much memory the program took at its peak."""
        return median(run.bytes for run in self.runs) / MEGABYTE

    def ratio(self, other: "Figure") -> float:
        """Return how many times as long this took as another, each run beside that of its turn.

        What keeps the machine busy for minutes then slows both down alike.
        """
        turns = zip(self.runs, other.runs, strict=False)
        return median(run.seconds / beside.seconds for run, beside in turns)


@dataclass(frozen=True)
class Target:
    """What a ratio of two times was to be: at most a bound, or at least one."""

    text: str
    bound: float
    ratio: float
    at_least: bool = False

    @property
    def reached(self) -> bool:
        """Whether it is."""
        return self.ratio >= self.bound if self.at_least else self.ratio <= self.bound

    def __str__(self) -> str:
        verdict = "reached" if self.reached else "MISSED"
        side = "at least" if self.at_least else "at most"
        return f"{self.text}: {self.ratio:.2f}, to be {side} {self.bound:.2f}: {verdict}"


def table(figures: Sequence[Figure], titles: Mapping[str, str], reference: str) -> str:
    """Return the figures as a table of Markdown, with ratios to the variant ``reference``."""
    references = {each.spokes: each for each in figures if each.variant == reference}
    lines = ["| spokes | program | runs | wall | ratio | processor | peak memory | ratio |"]
    lines += ["| ---: | --- | ---: | ---: | ---: | ---: | ---: | ---: |"]
    for each in figures:
        beside = references[each.spokes]
        cells = (
            str(each.spokes),
            titles[each.variant],
            str(len(each.runs)),
            f"{each.seconds:.1f} s",
            f"{each.ratio(beside):.2f}",
            f"{each.processor:.1f} s",
            f"{each.megabytes:.0f} MB",
            f"{each.megabytes / beside.megabytes:.2f}",
        )
        lines += [f"| {' | '.join(cells)} |"]
    return "\n".join(lines)
