"""The invariants of a failover, read from Azure's log and `pulumi stack export` alone.

Nothing here imports anything of ``sparehub``: what judges it must not share its mistakes.
"""

import hashlib
import json
import subprocess
from collections.abc import Iterator, Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any

from simulator import control


def live_at_once(store: Path) -> list[tuple[float, str]]:
    """D: return when a connection began to live while the other region's still did."""
    intervals: list[tuple[float, float, str]] = []
    began: dict[str, float] = {}
    for entry in control.read_log(store):
        name = entry.path.split("/")[-1]
        if "/connections/" not in entry.path or entry.outcome != "Succeeded":
            continue
        # A connection that is being made or deleted is taken for live all that time.
        if entry.operation == "create":
            began[name] = entry.at
        elif entry.operation == "delete" and name in began:
            intervals.append((began.pop(name), entry.at + entry.seconds, name))
    intervals += [(at, float("inf"), name) for name, at in began.items()]
    ordered = sorted(intervals)
    return [(b[0], b[2]) for a, b in pairwise(ordered) if b[0] < a[1]]


def lost(store: Path, project: Path, environment: Mapping[str, str]) -> set[str]:
    """L: return what stands in Azure and in no stack, or the other way round, or is pending."""
    standing = {
        identity.lower()
        for identity, kind, _ in control.resources(store)
        if not kind.endswith("/routes")  # they are written with their table
    }
    known: set[str] = set()
    pending: set[str] = set()
    for stack in ("primary", "secondary"):
        command = ["pulumi", "stack", "export", "--stack", stack]
        text = subprocess.run(
            command, cwd=project, env=environment, capture_output=True, check=True
        ).stdout
        deployment = json.loads(text)["deployment"]
        for each in deployment["resources"]:
            if each["type"].startswith("azure-native:"):
                known.add(each["id"].lower())
        for each in deployment.get("pending_operations") or []:
            pending.add(f"pending {each['resource']['urn']}")
    return (standing ^ known) | pending


def journals(home: Path) -> Iterator[list[dict[str, Any]]]:
    """J: yield the records of each copy of the journal, each held to the one before."""
    for file in sorted(home.rglob("journal.jsonl")):
        *lines, _cut_off = file.read_bytes().split(b"\n")
        records, previous = [], ""
        for line in lines:
            record = json.loads(line)
            said = record["hash"]
            text = json.dumps({**record, "hash": ""}, sort_keys=True, separators=(",", ":"))
            assert said == hashlib.sha256(text.encode()).hexdigest()
            assert record["previous"] == previous
            previous = said
            records.append(record)
        yield records
