"""How fast reachability is judged: two regions of 500 spokes, beside others' ways of doing it."""

import os
import resource
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from io import StringIO
from ipaddress import IPv4Address, IPv4Network
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter, process_time
from typing import Any

import numpy as np
from ruamel.yaml import YAML

from benchmarks.simulator_speed import Row
from engine.paths import ROOT
from sparehub.topology.model.build import build
from sparehub.topology.model.pair import Stack
from sparehub.topology.model.resources import Region
from sparehub.topology.reachability.effective_routes.routes import RegionRoutes, find_subnet
from sparehub.topology.reachability.proof import PreviousVerdicts, prove
from sparehub.topology.reachability.states.states import Side, all_states, configured_side
from sparehub.topology.reachability.verdicts.verify import Reachability, verify
from sparehub.topology.rules.stack_file.parse import parse_stack

SPOKES = 500
ROUTES = 20
"""In the table that the spokes share, the default route included."""
_STATES = 20
_RUNS = 5
_SAMPLE = 20_000
"""Ordered pairs that the slow ways walk."""


def keys(stack: str, spokes: int) -> dict[str, Any]:
    """Return the keys of a stack file with so many spokes, its addresses its own."""
    text = (ROOT / f"Pulumi.{stack}.yaml").read_text(encoding="utf-8")
    values: dict[str, Any] = deepcopy(YAML(typ="safe").load(text)["config"])
    region = values["sparehub:region"]
    block = 100 if stack == "primary" else 150
    hub = "10.10.10" if stack == "primary" else "10.20.10"
    region["hub"] = {
        "addressSpace": [f"{hub}.0/24"],
        "subnets": {
            "nva": {"addressPrefix": f"{hub}.0/25"},
            "GatewaySubnet": {"addressPrefix": f"{hub}.128/25"},
        },
        "nva": {"ipAddress": f"{hub}.10"},
    }
    prefixes = [f"10.{block + n // 250}.{n % 250}.0/24" for n in range(spokes)]
    region["spokes"] = {
        f"spoke{n}": {"addressSpace": [prefix], "subnets": {"app": {"addressPrefix": prefix}}}
        for n, prefix in enumerate(prefixes)
    }
    hop = {"nextHopType": "VirtualAppliance", "nextHopIpAddress": f"{hub}.10"}
    more = [{"addressPrefix": f"172.20.{n}.0/24", **hop} for n in range(ROUTES - 1)]
    region["routes"] = {"spokes": more}
    return values


def sides(spokes: int) -> tuple[Side, Side]:
    """Return both regions, read from their keys."""
    regions = []
    for name in ("primary", "secondary"):
        config = parse_stack(keys(name, spokes))
        regions.append(configured_side(Stack(name=name, config=config, region=build(config))))
    return regions[0], regions[1]


@dataclass(frozen=True)
class Timed:
    """What one thing took: by the clock, and of the processor."""

    wall: float
    processor: float


def best(what: Callable[[], object], runs: int = _RUNS) -> Timed:
    """Return the best of some runs: what else runs on the machine can only slow one down."""
    timings = []
    for _ in range(runs):
        wall, processor = perf_counter(), process_time()
        what()
        timings.append(Timed(perf_counter() - wall, process_time() - processor))
    return min(timings, key=lambda timing: timing.wall)


def floor(reachability: Reachability) -> Callable[[], object]:
    """Return a function with the array gathers of one state alone: the lower bound in numpy."""
    rows, columns = len(reachability.outcomes), len(reachability.columns.atoms)
    generator = np.random.default_rng(1)
    hops = generator.integers(0, rows, (rows, columns), dtype=np.int16)
    meaning = np.full(rows + 8, 512, dtype=np.uint16)
    line = np.ones(columns, dtype=np.uint16)
    destinations = reachability.columns.destinations
    table = np.zeros((4, 4), dtype=np.uint8)

    def gather() -> None:
        outcomes = meaning[hops[:, reachability.columns.atoms % columns]]
        np.copyto(outcomes, np.uint16(1), where=hops == destinations)
        np.copyto(outcomes, line, where=hops == rows)
        sets = np.bitwise_or.reduceat(outcomes, reachability.columns.starts, axis=1)
        ranked = (sets & 3)[:, :rows]
        _ = table[ranked, ranked.T]

    return gather


def measure() -> list[Row]:
    """Return every figure."""
    half, full = sides(SPOKES // 2), sides(SPOKES)
    few, many = (next(all_states(*pair)).regions for pair in (half, full))
    reachability = verify(many)
    state, state_of_half = best(lambda: verify(many)), best(lambda: verify(few))
    gathers = best(floor(reachability))
    pairs = len(reachability.contexts) ** 2
    return [
        Row(f"one state of 2 x {SPOKES} spokes, {pairs} ordered pairs", state.wall, "s", 0.25),
        Row(f"{_STATES} states, with questions and changes", best(_states(full), 1).wall, "s", 5),
        Row("growth from 250 to 500 spokes", state.processor / state_of_half.processor, "", 4.5),
        Row("one state, of plain numpy doing its gathers alone", state.wall / gathers.wall, ""),
        *_command(),
        *_others(many, pairs, state.wall),
    ]


def _states(both: tuple[Side, Side]) -> Callable[[], object]:
    def prove_all() -> None:
        before = None
        for state in islice(all_states(*both), _STATES):
            proof = prove(state, before)
            before = PreviousVerdicts.of(proof.reachability)

    return prove_all


def _command() -> Iterator[Row]:
    """Measure `sparehub verify` as a person runs it, every state."""
    with TemporaryDirectory() as name:
        directory = Path(name)
        for stack in ("primary", "secondary"):
            text = StringIO()
            YAML().dump({"config": keys(stack, SPOKES)}, text)
            (directory / f"Pulumi.{stack}.yaml").write_text(text.getvalue(), encoding="utf-8")
        command = [str(Path(sys.executable).parent / "sparehub"), "verify"]
        environment = os.environ | {"OMP_NUM_THREADS": "1"}

        def run() -> None:
            subprocess.run(  # noqa: S603 - our own command
                command, cwd=directory, env=environment, stdout=subprocess.DEVNULL, check=True
            )

        yield Row("the whole command, every state", best(run, 3).wall, "s", 6)
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1000
    yield Row("its memory at the peak", peak, "MB", 300)


def _others(regions: Mapping[str, Region], pairs: int, ours: float) -> Iterator[Row]:
    """Walk a sample of the pairs with a trie a table, and with plain `ipaddress`."""
    primary = regions["primary"]
    routes = RegionRoutes(primary)
    tables = {}
    for key in ("spoke0/app", "hub/nva"):
        tables[key] = [
            (route.address_prefix, route.hop_type)
            for route in routes.of(*find_subnet(primary, key))
            if route.address_prefix and not route.overridden_by
        ]
    addresses = [spoke.virtual_network.address_space[0][4] for spoke in primary.spokes]

    def walked(look_up: Callable[[str, IPv4Address], object], sample: int) -> float:
        def walk() -> None:
            for number in range(sample):
                address = addresses[number % len(addresses)]
                look_up("spoke0/app", address)
                look_up("hub/nva", address)

        return best(walk, 2).wall / sample * pairs

    # It is a C extension without wheels, so set-up does not ask for it.
    if find_spec("pytricia"):
        new = import_module("pytricia").PyTricia
        tries = {key: _trie(new(), table) for key, table in tables.items()}
        texts = {address: str(address) for address in addresses}
        by_trie = walked(lambda key, address: tries[key][texts[address]], _SAMPLE)
        yield Row("the same pairs, one way, by pytricia (from a sample)", by_trie, "s")
        yield Row("  times ours", by_trie / ours, "")
    by_scan = walked(lambda key, address: _scan(tables[key], address), _SAMPLE // 100)
    yield Row("the same pairs, one way, by plain ipaddress (from a sample)", by_scan, "s")
    yield Row("  times ours", by_scan / ours, "")


def _trie(trie: Any, table: list[tuple[IPv4Network, Any]]) -> Any:  # noqa: ANN401 - untyped
    for prefix, hop in table:
        trie[str(prefix)] = hop
    return trie


def _scan(table: list[tuple[IPv4Network, Any]], address: IPv4Address) -> object:
    matching = (route for route in table if address in route[0])
    return max(matching, key=lambda route: route[0].prefixlen)[1]
