"""The local Azure, judged by recorded exchanges with Azure."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from sparehub.simulator.replay.command import (
    ExchangeResult,
    Score,
    by_type,
    markdown,
    resource_type,
    score,
    skips,
)
from sparehub.simulator.replay.comparison import Known, compare
from sparehub.simulator.replay.prerequisites import find_prerequisites
from sparehub.simulator.replay.recording import read
from sparehub.simulator.replay.session import replay, without_responses
from tests.configurations import ROOT
from tests.simulator.arm.bodies import GROUP, NETWORK
from tests.simulator.replay import recordings

DOCUMENT = ROOT / "docs" / "simulator.md"
HUB, TABLE = f"{NETWORK}/virtualNetworks/hub", f"{NETWORK}/routeTables/table"
START, END = "<!-- score -->", "<!-- end of score -->"


@pytest.fixture(scope="module")
def scores() -> list[Score]:
    recordings.needed()
    return [score(path) for path in recordings.FILES]


@pytest.mark.parametrize("name", recordings.SETS)
def test_the_score_is_reached(
    record_property: Callable[[str, object], None], scores: list[Score], name: str
) -> None:
    """At least 95 % of what is compared matches, and at most 15 % is skipped."""
    recordings.needed(record_property)
    names = {file.name for file in recordings.SETS[name]}
    found = [score for score in scores if score.file in names]
    sums = [sum(row[column] for row in by_type(found).values()) for column in range(3)]
    matched, skipped, total = sums
    share = matched / (total - skipped)
    line = (
        f"replay of {name}: {matched} of {total - skipped} recorded exchanges matched "
        f"({share:.1%}), {skipped} of {total} skipped ({skipped / total:.1%})"
    )
    record_property("summary", line)
    missed = [each.as_json() for file in found for each in file.verdicts if each.difference]
    assert share >= 0.95, missed
    assert skipped / total <= 0.15


def test_the_answers_do_not_come_from_the_recorded_ones() -> None:
    """With every judged status and response removed, the simulator answers the same."""
    recordings.needed()
    for path in recordings.FILES:
        for recording in read(path):
            prerequisites = find_prerequisites(recording.exchanges)
            bare = without_responses(recording, prerequisites)
            assert all(
                exchange.response is None and exchange.status is None
                for exchange in bare.exchanges
                if exchange.index not in prerequisites.exchanges
            )
            assert replay(bare, prerequisites).answers == replay(recording).answers, path.name


def test_what_is_listed_as_skipped_differs() -> None:
    """Each skipped exchange is there, has a reason, and would be a mismatch."""
    recordings.needed()
    left = dict(skips())
    for path in recordings.FILES:
        for recording in read(path):
            known = Known()
            known.learn(recording.exchanges)
            answers = replay(recording)
            for exchange in recording.exchanges:
                reason = left.pop((path.name, recording.name, exchange.index), None)
                if reason is not None:
                    found = answers.answers[exchange.index]
                    assert any(compare(exchange, each, known) for each in found), reason
                    assert reason.endswith(".")
    assert not left


def test_the_document_has_the_score_by_type(scores: list[Score]) -> None:
    """docs/simulator.md says what ``python -m sparehub.simulator.replay --markdown`` says."""
    text = DOCUMENT.read_text(encoding="utf-8")
    table = text.partition(START)[2].partition(END)[0].strip().splitlines()
    assert table == markdown(scores)


def test_nothing_is_skipped_by_file_or_type(scores: list[Score]) -> None:
    """Where exchanges are listed as skipped, others of the same file and type are compared."""
    listed = {file for file, _, _ in skips()}
    for each in scores:
        if each.file in listed:
            assert each.count("matched"), each.file
    compared = {kind for kind, row in by_type(scores).items() if row[0]}
    skipped = {
        resource_type(exchange.exchange)
        for each in scores
        for exchange in each.verdicts
        if (each.file, exchange.recording, exchange.exchange.index) in skips()
    }
    # Of these the recordings have few exchanges, and the simulator has none of them.
    clusters = {name for name in skipped if "/replicationProtectionClusters/" in name}
    assert len(clusters) == 2
    left = {"Microsoft.Storage/checkNameAvailability", "others"}
    assert skipped - compared - clusters == left


def test_every_exchange_is_counted_once(scores: list[Score]) -> None:
    """Matched, mismatched, skipped and given add up to the exchanges of the file."""
    for each in scores:
        found = each.as_json()
        counted = found["matched"] + found["skipped"] + found["given"] + len(found["mismatches"])
        assert counted == found["exchanges"]


def test_given_resources_are_taken(scores: list[Score]) -> None:
    """The simulator has all given resources but the storage account, which is not simulated."""
    refused = {reason for each in scores for reason in each.refused}
    assert {reason.rpartition(": ")[2] for reason in refused} <= {"the type is not simulated"}


def test_the_table_has_a_row_for_each_type_and_one_for_their_sum(tmp_path: Path) -> None:
    """What is given is not counted; what differs is in the total only."""
    file = tmp_path / "made.json"
    made = [{"method": "GET", "path": path} for path in (GROUP, HUB, HUB, HUB, TABLE)]
    file.write_text(json.dumps({"recordings": [{"name": "made", "exchanges": made}]}))
    (recording,) = read(file)
    outcomes = ("given", "matched", "mismatched", "skipped", "matched")
    verdicts = tuple(
        ExchangeResult("made", exchange, outcome)
        for exchange, outcome in zip(recording.exchanges, outcomes, strict=True)
    )

    assert markdown([Score("made.json", verdicts)]) == [
        "| resource type | matched | skipped | total |",
        "| --- | --- | --- | --- |",
        "| Microsoft.Network/routeTables | 1 | 0 | 1 |",
        "| Microsoft.Network/virtualNetworks | 1 | 1 | 3 |",
        "| **all** | 2 | 1 | 4 |",
    ]
