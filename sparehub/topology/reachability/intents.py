"""What the operator wants to be true of reachability, and what the source document promises."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from sparehub.topology.config.enums import Activation
from sparehub.topology.config.schema import IntentConfig
from sparehub.topology.errors import ConfigurationError, Problem
from sparehub.topology.model.pair import Stack
from sparehub.topology.reachability.effective_routes.forwarding import ON_PREMISES, Network
from sparehub.topology.reachability.roles import ROLES, by_role, names, role_of
from sparehub.topology.reachability.services import without_services
from sparehub.topology.reachability.states.states import FAILED_OVER, NORMAL, PairState, meaning
from sparehub.topology.reachability.verdicts.outcome_bits import NO_PAIR, Verdict
from sparehub.topology.reachability.verdicts.verify import Flags, Reachability

BINDING = (NORMAL, FAILED_OVER)
"""The states in which intents must hold that name none; in each of them one region is active."""
_MOST_NAMED = 40


@dataclass(frozen=True, kw_only=True)
class Intent:
    """One wish, with the place where it was written."""

    question: str  # reach, isolate or through
    first: str
    second: str
    states: tuple[str, ...]
    stack: str
    path: str

    def __str__(self) -> str:
        pair = f"[{self.first}, {self.second}]"
        return (
            f"through: nva, between: {pair}"
            if self.question == "through"
            else (f"{self.question}: {pair}")
        )


def read_intents(stacks: Sequence[Stack], states: Mapping[str, PairState]) -> list[Intent]:
    """Return what stack files intend; ``states`` are those of their pair, by name.

    Raises:
        ConfigurationError: where one names a context or a state that is not there.
    """
    known = _Known(states)
    intents = []
    for stack in stacks:
        written = [
            _intent(config, stack.name, f"region.intents[{number}]")
            for number, config in enumerate(stack.config.region.intents)
        ]
        if problems := [each for intent in written for each in known.problems(intent)]:
            raise ConfigurationError(problems, stack.name)
        intents += written
    return intents


def _intent(config: IntentConfig, stack: str, path: str) -> Intent:
    question = "reach" if config.reach else "isolate" if config.isolate else "through"
    first, second = config.reach or config.isolate or config.between or ("", "")
    return Intent(
        question=question,
        first=first,
        second=second,
        states=BINDING if config.states is None else config.states,
        stack=stack,
        path=path,
    )


class _Known:
    """The states of a pair and the names of the contexts in them, each listed once."""

    def __init__(self, states: Mapping[str, PairState]) -> None:
        self._states = states
        self._names: dict[str, list[str]] = {}

    def problems(self, intent: Intent) -> Iterator[Problem]:
        """Yield what an intent names and is not there."""
        there = []
        for pattern in (intent.first, intent.second):
            if any(_one_of(self._in(state), pattern) for state in BINDING):
                there.append(pattern)
                continue
            every = list(dict.fromkeys(name for state in BINDING for name in self._in(state)))
            yield Problem(intent.path, f"{pattern!r} is no context; {_listed(every)}")
        for name in intent.states:
            known = ", ".join(self._states)
            if meaning(name) is None:
                yield Problem(intent.path, f"{name!r} is no state; there are: {known}")
            elif name not in self._states:
                message = f"{name!r} does not occur in this pair; there are: {known}"
                yield Problem(intent.path, message)
            else:
                for pattern in there:
                    if problem := self._without_role(pattern, self._states[name]):
                        yield Problem(intent.path, problem)

    def _without_role(self, pattern: str, state: PairState) -> str:
        """Say why a pattern by role stands for nothing in a state; empty where it does not."""
        role = role_of(pattern)
        if role is None or _one_of(self._in(state.name), pattern):
            return ""
        stacks = [n for n, region in state.regions.items() if region.activation.value == role]
        if not stacks:
            return (
                f"{pattern!r} stands for nothing in state {state.name!r}: no region {ROLES[role]} "
                "in it; name a stack (primary/..., secondary/...), or another state"
            )
        in_role = [name for name in self._in(state.name) if name.startswith(f"{role}/")]
        return (
            f"{pattern!r} is no context in state {state.name!r}, in which {stacks[0]} "
            f"{ROLES[role]}; {_listed(in_role)}"
        )

    def _in(self, state: str) -> list[str]:
        if state not in self._names:
            self._names[state] = list(dict.fromkeys(names(self._states[state].regions)))
        return self._names[state]


def _one_of(known: Sequence[str], pattern: str) -> bool:
    return any(fnmatchcase(name, pattern) for name in known)


def _listed(known: Sequence[str]) -> str:
    few = ", ".join(known[:_MOST_NAMED])
    more = f" and {len(known) - _MOST_NAMED} more" if len(known) > _MOST_NAMED else ""
    return f"there are: {few}{more}"


def broken(intent: Intent, reachability: Reachability) -> Flags:
    """Return the pairs of which an intent is not true: ``reach`` from the first to the second.

    ``isolate`` and ``through`` look both ways.
    """
    meant: Flags = np.outer(_meant(intent.first, reachability), _meant(intent.second, reachability))
    verdicts = reachability.verdicts
    wrong: Flags = (verdicts != NO_PAIR) & (verdicts != Verdict.REACHABLE)
    if intent.question == "reach":
        return meant & wrong
    if intent.question == "isolate":
        wrong = (verdicts != NO_PAIR) & (verdicts != Verdict.UNREACHABLE)
    else:
        wrong = _not_through(reachability)
    return (meant | meant.T) & wrong


def _meant(pattern: str, reachability: Reachability) -> NDArray[np.bool_]:
    """Return which contexts a pattern stands for, by their stack or by its role."""
    regions = reachability.network.regions
    return np.array(
        [
            fnmatchcase(name, pattern) or fnmatchcase(by_role(name, regions), pattern)
            for name in reachability.contexts
        ]
    )


def promise_broken(reachability: Reachability) -> Flags:
    """Return the pairs of which the source document's promise is not true.

    Every spoke subnet of the active region and on-premises, and subnets of two spokes of it,
    reach each other through the NVA.
    """
    network = reachability.network
    size = len(reachability.contexts)
    meant = np.zeros((size, size), dtype=bool)
    on_premises = network.number[ON_PREMISES]
    for stack, region in network.regions.items():
        if region.activation is Activation.ACTIVE:
            first, starts = _spokes(network, stack)
            if starts:
                last = first + sum(starts)
                meant[first:last, first:last] = True
                meant[first:last, on_premises] = meant[on_premises, first:last] = True
                ends = np.cumsum([first, *starts]).tolist()
                for low, high in pairwise(ends):
                    meant[low:high, low:high] = False
    return without_services(meant & _not_through(reachability), network)


def _spokes(network: Network, stack: str) -> tuple[int, list[int]]:
    """Return where the spokes' contexts of a stack begin, and how many each spoke has."""
    numbers = [n for n, place in enumerate(network.places) if place.stack == stack]
    counts = [len(spoke.virtual_network.subnets) for spoke in network.regions[stack].spokes]
    return (numbers[0] if numbers else 0), counts


def _not_through(reachability: Reachability) -> Flags:
    verdicts = reachability.verdicts
    through = (verdicts == Verdict.REACHABLE) & reachability.inspected
    wrong: Flags = (verdicts != NO_PAIR) & ~through
    return wrong
