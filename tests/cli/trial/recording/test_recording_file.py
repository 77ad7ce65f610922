"""The file of a recording is complete JSON after every exchange."""

import json
from pathlib import Path
from typing import Any

import pytest

from sparehub.cli.trial.recording.recording_file import RecordingFile, UnwritableRecordingError
from sparehub.simulator.replay.recording import read

_DATES = [f"Tue, 01 Dec 2026 12:00:0{second} GMT" for second in range(5)]


def exchange(method: str, path: str, date: str, **more: Any) -> dict[str, Any]:
    common = {"method": method, "path": path, "status": 200, "headers": {"date": date}}
    return common | {"request": None, "response": {"status": "InProgress"}} | more


def test_the_file_is_complete_after_every_exchange(tmp_path: Path) -> None:
    file = RecordingFile.begin(tmp_path / "r.json", "trial", "note")
    assert [recording.exchanges for recording in read(file.path)] == [()]
    for number, date in enumerate(_DATES, start=1):
        file.add(exchange("PUT", f"/subscriptions/s/{number}", date))
        (recording,) = read(file.path)
        assert [each.path for each in recording.exchanges] == [
            f"/subscriptions/s/{each}" for each in range(1, number + 1)
        ]


@pytest.mark.parametrize("before", [0, 1])
def test_polls_with_the_same_answer_are_one_exchange(tmp_path: Path, before: int) -> None:
    """As in the other recordings: how often, and when for the last time."""
    file = RecordingFile.begin(tmp_path / "r.json", "trial", "")
    first = [exchange("PUT", "/a", _DATES[0])] * before
    for each in first:
        file.add(each)
    for date in _DATES[:3]:
        file.add(exchange("GET", "/o", date))
    done = exchange("GET", "/o", _DATES[3], response={"status": "Succeeded"})
    file.add(done)

    polls = exchange("GET", "/o", _DATES[0], repeated=3, last_date=_DATES[2])
    recorded = json.loads(file.path.read_text())["recordings"][0]["exchanges"]
    assert recorded == [*first, polls, done]


def test_a_write_that_is_repeated_stays_two(tmp_path: Path) -> None:
    file = RecordingFile.begin(tmp_path / "r.json", "trial", "")
    for date in _DATES[:2]:
        file.add(exchange("PUT", "/a", date))

    assert len(json.loads(file.path.read_text())["recordings"][0]["exchanges"]) == 2


def test_a_recording_is_not_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "r.json"
    RecordingFile.begin(path, "trial", "")
    with pytest.raises(UnwritableRecordingError, match="File exists"):
        RecordingFile.begin(path, "trial", "")


def test_others_cannot_read_a_recording(tmp_path: Path) -> None:
    file = RecordingFile.begin(tmp_path / "r.json", "trial", "")

    assert file.path.stat().st_mode & 0o777 == 0o600
