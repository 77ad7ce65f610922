"""``python -m sparehub.simulator.replay``: how far the simulated Azure answers as Azure did.

Each recording is replayed against an empty store. What is *given* is seeded and not counted, what
is *skipped* is counted: writes whose body was not recorded, and what ``skip.json`` lists.
"""

import argparse
import json
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from sparehub.simulator.arm.http_messages import JsonObject
from sparehub.simulator.arm.storage.resource_id import AsyncOperationId, Collection, ResourceId
from sparehub.simulator.replay.comparison import Known, Mismatch, compare
from sparehub.simulator.replay.recording import Exchange, Recording, RecordingError, read
from sparehub.simulator.replay.session import Answers, replay

SKIPS = Path(__file__).with_name("skip.json")
"""The one list of what is skipped, each exchange with its reason."""


@dataclass(frozen=True)
class ExchangeResult:
    """The verdict on one exchange."""

    recording: str
    exchange: Exchange
    outcome: str
    """``given``, ``skipped``, ``matched`` or ``mismatched``."""
    difference: Mismatch | None = None

    def as_json(self) -> JsonObject:
        """Return a mismatch as it is reported."""
        return {
            "index": self.exchange.index,
            "recording": self.recording,
            "method": self.exchange.method,
            "path": self.exchange.path,
            "expected": self.difference.expected if self.difference else {},
            "got": self.difference.got if self.difference else {},
        }


@dataclass(frozen=True)
class Score:
    """The verdicts on the exchanges of one file."""

    file: str
    verdicts: tuple[ExchangeResult, ...]
    refused: tuple[str, ...] = ()
    """Prerequisites that the simulator refused, and why."""

    def count(self, outcome: str) -> int:
        """Return how many exchanges came out so."""
        return sum(verdict.outcome == outcome for verdict in self.verdicts)

    @property
    def total(self) -> int:
        """How many exchanges are compared or skipped."""
        return len(self.verdicts) - self.count("given")

    def as_json(self) -> JsonObject:
        """Return the score of the file as it is reported."""
        return {
            "file": self.file,
            "exchanges": len(self.verdicts),
            "matched": self.count("matched"),
            "skipped": self.count("skipped"),
            "given": self.count("given"),
            "mismatches": [
                verdict.as_json() for verdict in self.verdicts if verdict.outcome == "mismatched"
            ],
            "refusedGiven": list(self.refused),
        }


@cache
def skips() -> dict[tuple[str, str, int], str]:
    """Return the reasons for which listed exchanges are skipped: by file, recording and place."""
    listed = json.loads(SKIPS.read_text(encoding="utf-8"))["skipped"]
    return {
        (entry["file"], entry["recording"], place): entry["reason"]
        for entry in listed
        for place in entry["exchanges"]
    }


def score(path: Path) -> Score:
    """Replay a file's recordings and compare the answers.

    Raises:
        RecordingError: The file cannot be read.

    """
    recordings = read(path)
    known = Known()
    for recording in recordings:
        known.learn(recording.exchanges)
    verdicts: list[ExchangeResult] = []
    refused: list[str] = []
    for recording in recordings:
        answers = replay(recording)
        verdicts += compare_recording(path.name, recording, answers, known)
        refused += answers.refused
    return Score(path.name, tuple(verdicts), tuple(refused))


def compare_recording(
    file: str, recording: Recording, answers: Answers, known: Known
) -> Iterator[ExchangeResult]:
    """Compare the simulator's answers with the recorded ones."""
    for exchange in recording.exchanges:
        if exchange.index in answers.given:
            yield ExchangeResult(recording.name, exchange, "given")
        elif _skipped(file, recording, exchange):
            yield ExchangeResult(recording.name, exchange, "skipped")
        else:
            differences = [
                compare(exchange, answer, known) for answer in answers.answers[exchange.index]
            ]
            difference = next(filter(None, differences), None)
            outcome = "mismatched" if difference else "matched"
            yield ExchangeResult(recording.name, exchange, outcome, difference)


def _skipped(file: str, recording: Recording, exchange: Exchange) -> bool:
    unknown = exchange.writes and not exchange.request_recorded
    return unknown or (file, recording.name, exchange.index) in skips()


def report(scores: Iterable[Score]) -> JsonObject:
    """Return the scores of all files as they are reported."""
    scores = list(scores)
    return {
        "files": [score.as_json() for score in scores],
        "matched": sum(score.count("matched") for score in scores),
        "skipped": sum(score.count("skipped") for score in scores),
        "total": sum(score.total for score in scores),
    }


def resource_type(exchange: Exchange) -> str:
    """Return the resource type that an exchange counts for."""
    target = exchange.target
    if isinstance(target, ResourceId | Collection):
        return target.type
    return "asynchronous operations" if isinstance(target, AsyncOperationId) else "others"


def by_type(scores: Iterable[Score]) -> dict[str, tuple[int, int, int]]:
    """Return matched, skipped and total by resource type."""
    by_name: dict[str, tuple[int, int, int]] = {}
    for verdict in (verdict for file_score in scores for verdict in file_score.verdicts):
        if verdict.outcome != "given":
            type_name = resource_type(verdict.exchange)
            matched, skipped, total = by_name.get(type_name, (0, 0, 0))
            matched += verdict.outcome == "matched"
            skipped += verdict.outcome == "skipped"
            by_name[type_name] = (matched, skipped, total + 1)
    return dict(sorted(by_name.items()))


def main() -> None:
    """Replay the files that are named."""
    parser = argparse.ArgumentParser(
        prog="python -m sparehub.simulator.replay",
        description="Replay recorded exchanges with Azure and count what the simulator matches.",
    )
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
    parser.add_argument("--json", action="store_true", help="one JSON document")
    parser.add_argument("--markdown", action="store_true", help="a table by resource type")
    options = parser.parse_args()
    try:
        scores = [score(path) for path in options.files]
    except RecordingError as problem:
        parser.exit(2, f"{parser.prog}: {problem}\n")
    if options.json:
        lines = [json.dumps(report(scores), indent=2)]
    elif options.markdown:
        lines = markdown(scores)
    else:
        lines = table(scores)
    sys.stdout.write("\n".join(lines) + "\n")


def markdown(scores: Iterable[Score]) -> list[str]:
    """Return the score by resource type as a table of Markdown."""
    rows = by_type(scores)
    lines = ["| resource type | matched | skipped | total |", "| --- | --- | --- | --- |"]
    lines += [f"| {type_name} | {m} | {s} | {t} |" for type_name, (m, s, t) in rows.items()]
    sums = [sum(row[column] for row in rows.values()) for column in range(3)]
    return [*lines, f"| **all** | {sums[0]} | {sums[1]} | {sums[2]} |"]


def table(scores: Iterable[Score]) -> list[str]:
    """Return the score by file, and each mismatch, as plain lines."""
    lines = []
    scores = list(scores)
    for file_score in scores:
        compared = file_score.total - file_score.count("skipped")
        line = f"{file_score.file}: {file_score.count('matched')} of {compared} matched"
        lines.append(
            f"{line}, {file_score.count('skipped')} skipped, {file_score.count('given')} given"
        )
        for verdict in file_score.verdicts:
            if verdict.difference:
                exchange = verdict.exchange
                lines.append(f"  {exchange.index} {exchange.method} {exchange.path}")
                for what, expected in verdict.difference.expected.items():
                    got = verdict.difference.got[what]
                    lines.append(f"    {what}: Azure {expected}, simulator {got}")
    whole = report(scores)
    compared = whole["total"] - whole["skipped"]
    share = whole["matched"] / compared if compared else 1.0
    lines.append(
        f"all: {whole['matched']} of {compared} matched ({share:.1%}), "
        f"{whole['skipped']} of {whole['total']} skipped"
    )
    return lines
