"""Measured figures, their targets, and both as text."""

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
        """Median seconds of a run."""
        return median(run.seconds for run in self.runs)

    @property
    def processor(self) -> float:
        """Median seconds of processor time of the program."""
        return median(run.processor for run in self.runs)

    @property
    def megabytes(self) -> float:
        """Median peak memory of the program in MB."""
        return median(run.bytes for run in self.runs) / MEGABYTE

    def ratio(self, other: "Figure") -> float:
        """Return the median ratio of the times of two variants, run by run in turns.

        A load that lasts minutes then slows both down alike.
        """
        turns = zip(self.runs, other.runs, strict=False)
        return median(run.seconds / beside.seconds for run, beside in turns)


@dataclass(frozen=True)
class Target:
    """The target for a ratio of two times: at most a bound, or at least one."""

    text: str
    bound: float
    ratio: float
    at_least: bool = False

    @property
    def reached(self) -> bool:
        """Whether the target is reached."""
        return self.ratio >= self.bound if self.at_least else self.ratio <= self.bound

    def __str__(self) -> str:
        verdict = "reached" if self.reached else "MISSED"
        side = "at least" if self.at_least else "at most"
        return f"{self.text}: {self.ratio:.2f}, to be {side} {self.bound:.2f}: {verdict}"


def table(figures: Sequence[Figure], titles: Mapping[str, str], reference: str) -> str:
    """Return the figures as a table of Markdown, with ratios to the variant ``reference``."""
    references = {figure.spokes: figure for figure in figures if figure.variant == reference}
    lines = ["| spokes | program | runs | wall | ratio | processor | peak memory | ratio |"]
    lines += ["| ---: | --- | ---: | ---: | ---: | ---: | ---: | ---: |"]
    for figure in figures:
        beside = references[figure.spokes]
        cells = (
            str(figure.spokes),
            titles[figure.variant],
            str(len(figure.runs)),
            f"{figure.seconds:.1f} s",
            f"{figure.ratio(beside):.2f}",
            f"{figure.processor:.1f} s",
            f"{figure.megabytes:.0f} MB",
            f"{figure.megabytes / beside.megabytes:.2f}",
        )
        lines += [f"| {' | '.join(cells)} |"]
    return "\n".join(lines)
