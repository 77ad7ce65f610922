"""The invariants of a failover, read from Azure's log and `pulumi stack export` alone.

Nothing here imports anything of ``sparehub``: what judges it must not share its mistakes.
"""

import hashlib
import json
import re
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any

from sparehub.simulator import control
from sparehub.simulator.arm.http_messages import Request
from sparehub.simulator.arm.service import Azure
from sparehub.simulator.control import LogEntry

Interval = tuple[float, float]
_BY_THE_VAULT = re.compile(
    r"/rg-(machines|recovered|nva-[a-z]+)(/|$)"
    r"|/replication(jobs|recoveryplans|protecteditems)/[^/]+$"
    r"|/replicationnetworks/azurenetwork$|/replicationprotectioncontainers/[^/]+$"
)
"""Machines, and what Site Recovery keeps about them: no stack knows them."""
SUBSCRIPTION = "/subscriptions/00000000-0000-0000-0000-000000000000/"


def live_at_once(
    store: Path, gone_with: Mapping[str, str] | None = None
) -> list[tuple[float, str]]:
    """D: return when a connection began to live while the other region's still did.

    ``gone_with`` names the connection that Azure deletes with what is deleted: an authorization.
    """
    log = [entry for entry in control.read_log(store) if entry.outcome == "Succeeded"]
    disabled = _disabled(store, log)
    intervals: list[tuple[float, float, str]] = []
    began: dict[str, float] = {}

    def lived(name: str, until: float) -> None:
        circuit = next((each for each in disabled if name.endswith(each)), "")
        pieces = _without((began.pop(name), until), disabled.get(circuit, ()))
        intervals.extend((start, end, name) for start, end in pieces)

    for entry in log:
        name = entry.path.split("/")[-1]
        if entry.operation == "delete":
            name = (gone_with or {}).get(name, name)
            if name in began:
                lived(name, entry.at + entry.seconds)
        # A connection that is being made or deleted is taken for live all that time.
        elif "/connections/" in entry.path and entry.operation == "create":
            began[name] = entry.at
    for name in list(began):
        lived(name, float("inf"))
    ordered = sorted(intervals)
    return [(b[0], b[2]) for a, b in pairwise(ordered) if b[0] < a[1]]


def _disabled(store: Path, log: Iterable[LogEntry]) -> dict[str, list[Interval]]:
    """Return when the private peering of each circuit was disabled.

    The log has no bodies: each write after the first turns it, to which what it says now is held.
    """
    turned: dict[str, list[LogEntry]] = {}
    for entry in log:
        if entry.path.endswith("/peerings/AzurePrivatePeering"):
            turned.setdefault(entry.path, []).append(entry)
    found = {}
    for path, (_made, *writes) in turned.items():
        query = {"api-version": "2024-05-01"}
        body = Azure(store).handle(Request(method="GET", path=path, query=query, body=b"")).body
        assert body
        off = len(writes) % 2 == 1
        assert body["properties"].get("state", "Enabled") == ("Disabled" if off else "Enabled")
        # While it is being turned off, or on, packets may pass.
        ends = [each.at for each in writes[1::2]] + [float("inf")] * off
        starts = [each.at + each.seconds for each in writes[::2]]
        circuit = path.split("/")[-3].removeprefix("erc")
        found[circuit] = list(zip(starts, ends, strict=True))
    return found


def _without(whole: Interval, gaps: Iterable[Interval]) -> Iterator[Interval]:
    """Yield what is left of an interval."""
    start, end = whole
    for off, on in gaps:
        if start < off < end:
            yield (start, off)
        start = max(start, min(on, end)) if off < end else start
    if start < end:
        yield (start, end)


def lost(store: Path, project: Path, environment: Mapping[str, str]) -> set[str]:
    """L: return what is in Azure and in no stack, or in a stack and not in Azure, or pending."""
    standing = {
        identity.lower()
        for identity, kind, _ in control.resources(store)
        # These are written with their table or group; another subscription is nobody's stack.
        if not kind.endswith(("/routes", "/securityRules")) and identity.startswith(SUBSCRIPTION)
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
    differing = {each for each in standing ^ known if not _BY_THE_VAULT.search(each)}
    return differing | pending


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
