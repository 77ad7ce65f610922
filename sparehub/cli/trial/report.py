"""The report of a trial: what was compared, what differs, what it may have cost, what is left."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sparehub.cli.trial.cost import NOTED, UNKNOWN, Estimate
from sparehub.cli.trial.differences import Comparison
from sparehub.cli.trial.recording.recording_file import UnwritableRecordingError
from sparehub.cli.trial.recording.redaction import Redaction
from sparehub.cli.trial.requests.names import Trial
from sparehub.files.private_files import replace_private

REPORT_JSON = "report.json"
REPORT_TEXT = "report.md"


@dataclass(frozen=True, kw_only=True)
class Result:
    """How a trial ended."""

    trial: Trial
    estimate: Estimate
    recording: Path
    comparison: Comparison | None
    """None where there was nothing to compare."""
    accepted: tuple[str, ...]
    """Requests that Azure accepted although it should refuse them."""
    problem: str
    """Why the trial ended early; empty where it did not."""
    left: tuple[str, ...]
    """What could not be removed."""

    def document(self) -> Mapping[str, Any]:
        """Return it under the keys of ``--json``."""
        compared = self.comparison
        return {
            "id": self.trial.id,
            "regions": list(self.trial.regions),
            "machines": self.trial.machines,
            "estimatedDollars": round(self.estimate.dollars, 2),
            "recording": str(self.recording),
            "requests": compared.requests if compared else 0,
            "differences": [each.document() for each in compared.differences] if compared else [],
            "acceptedAlthoughRefusalExpected": list(self.accepted),
            "problem": self.problem,
            "left": list(self.left),
        }


def write(result: Result, redaction: Redaction) -> tuple[Path, Path]:
    """Write the report beside the recording, as JSON and as Markdown; return both files.

    Raises:
        UnwritableRecordingError: They cannot be written.
    """
    directory = result.recording.parent
    as_json, as_text = directory / REPORT_JSON, directory / REPORT_TEXT
    document = redaction.value(result.document())
    try:
        replace_private(as_json, f"{json.dumps(document, indent=1)}\n".encode())
        replace_private(as_text, _markdown(document).encode())
    except OSError as error:
        raise UnwritableRecordingError(
            f"{directory} cannot be written ({error.strerror})"
        ) from None
    return as_json, as_text


def _markdown(document: Mapping[str, Any]) -> str:
    first, second = document["regions"]
    dollars = document["estimatedDollars"]
    lines = [
        f"# Trial {document['id']}: {first} and {second}",
        "",
        f"- Machines: {document['machines']}",
        f"- Estimate: {dollars:.2f} US dollars, prices of {NOTED}; {UNKNOWN}",
        f"- Requests compared: {document['requests']}",
        f"- Differences: {len(document['differences'])}",
    ]
    if document["problem"]:
        lines.append(f"- The trial ended early: {document['problem']}")
    lines += [
        f"- Accepted, refusal expected: {each}"
        for each in document["acceptedAlthoughRefusalExpected"]
    ]
    lines += [f"- Not removed: {each}" for each in document["left"]]
    if document["differences"]:
        lines += [
            "",
            "| request | type | what | Azure | local Azure |",
            "| --- | --- | --- | --- | --- |",
        ]
    lines += [
        f"| {each['request']} {each['method']} | {each['type']} | `{each['what']}` | "
        f"`{_cell(each['azure'])}` | `{_cell(each['local'])}` |"
        for each in document["differences"]
    ]
    return "\n".join([*lines, ""])


def _cell(value: object) -> str:
    return str(value).replace("|", "\\|").replace("\n", " ")
