"""Intents: what must be true of reachability, by a stack file or by default.

The default intent is what the source document promises; it holds where no file has an intent.
"""

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
from sparehub.topology.reachability.roles import ROLES, by_role, context_names, role_of
from sparehub.topology.reachability.services import without_service_subnets
from sparehub.topology.reachability.states.names import FAILED_OVER, NORMAL, state_description
from sparehub.topology.reachability.states.states import PairState
from sparehub.topology.reachability.verdicts.outcome_bits import NO_PAIR, Verdict
from sparehub.topology.reachability.verdicts.verify import Flags, Reachability

DEFAULT_STATES = (NORMAL, FAILED_OVER)
"""The states of an intent that names none; in each of them one region is active."""
_MOST_NAMED = 40


@dataclass(frozen=True, kw_only=True)
class Intent:
    """An intent of a stack file.

    Attributes:
        kind: reach, isolate or through.
        first: a pattern of contexts.
        second: a pattern of contexts.
        states: the states in which it must hold.
        path: its key in the stack file.
    """

    kind: str
    first: str
    second: str
    states: tuple[str, ...]
    stack: str
    path: str

    def __str__(self) -> str:
        pair = f"[{self.first}, {self.second}]"
        return (
            f"through: nva, between: {pair}" if self.kind == "through" else (f"{self.kind}: {pair}")
        )


def read_intents(stacks: Sequence[Stack], states: Mapping[str, PairState]) -> list[Intent]:
    """Return the intents of stack files; ``states`` are those of their pair, by name.

    Raises:
        ConfigurationError: where an intent names an unknown context or state.
    """
    names = _Names(states)
    intents = []
    for stack in stacks:
        of_stack = [
            _intent(config, stack.name, f"region.intents[{number}]")
            for number, config in enumerate(stack.config.region.intents)
        ]
        if problems := [problem for intent in of_stack for problem in names.problems(intent)]:
            raise ConfigurationError(problems, stack.name)
        intents += of_stack
    return intents


def _intent(config: IntentConfig, stack: str, path: str) -> Intent:
    first, second = config.reach or config.isolate or config.between or ("", "")
    return Intent(
        kind="reach" if config.reach else "isolate" if config.isolate else "through",
        first=first,
        second=second,
        states=DEFAULT_STATES if config.states is None else config.states,
        stack=stack,
        path=path,
    )


class _Names:
    """The states of a pair and the names of the contexts in each; each state is listed once."""

    def __init__(self, states: Mapping[str, PairState]) -> None:
        self._states = states
        self._names: dict[str, list[str]] = {}

    def problems(self, intent: Intent) -> Iterator[Problem]:
        """Yield the names of an intent that do not exist."""
        patterns = []
        for pattern in (intent.first, intent.second):
            if any(_matches_any(self._in(state), pattern) for state in DEFAULT_STATES):
                patterns.append(pattern)
                continue
            names = dict.fromkeys(name for state in DEFAULT_STATES for name in self._in(state))
            yield Problem(intent.path, f"{pattern!r} is not a context; {_listed([*names])}")
        for name in intent.states:
            states = ", ".join(self._states)
            if state_description(name) is None:
                yield Problem(intent.path, f"{name!r} is not a state; there are: {states}")
            elif name not in self._states:
                message = f"{name!r} does not occur in this pair; there are: {states}"
                yield Problem(intent.path, message)
            else:
                for pattern in patterns:
                    if problem := self._without_role(pattern, self._states[name]):
                        yield Problem(intent.path, problem)

    def _without_role(self, pattern: str, state: PairState) -> str:
        """Return why a pattern by role matches nothing in a state; empty where it matches."""
        role = role_of(pattern)
        if role is None or _matches_any(self._in(state.name), pattern):
            return ""
        stacks = [n for n, region in state.regions.items() if region.activation.value == role]
        if not stacks:
            return (
                f"{pattern!r} matches nothing in state {state.name!r}: no region {ROLES[role]} "
                "in it; name a stack (primary/..., secondary/...), or another state"
            )
        in_role = [name for name in self._in(state.name) if name.startswith(f"{role}/")]
        return (
            f"{pattern!r} is not a context in state {state.name!r}, in which {stacks[0]} "
            f"{ROLES[role]}; {_listed(in_role)}"
        )

    def _in(self, state: str) -> list[str]:
        if state not in self._names:
            self._names[state] = list(dict.fromkeys(context_names(self._states[state].regions)))
        return self._names[state]


def _matches_any(names: Sequence[str], pattern: str) -> bool:
    return any(fnmatchcase(name, pattern) for name in names)


def _listed(names: Sequence[str]) -> str:
    first = ", ".join(names[:_MOST_NAMED])
    more = f" and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else ""
    return f"there are: {first}{more}"


def pairs_breaking_intent(intent: Intent, reachability: Reachability) -> Flags:
    """Return the pairs for which an intent is not true.

    ``reach`` is from the first context to the second; ``isolate`` and ``through`` are of both
    directions.
    """
    first, second = (_matching(p, reachability) for p in (intent.first, intent.second))
    concerned: Flags = np.outer(first, second)
    verdicts = reachability.verdicts
    wrong: Flags = (verdicts != NO_PAIR) & (verdicts != Verdict.REACHABLE)
    if intent.kind == "reach":
        return concerned & wrong
    if intent.kind == "isolate":
        wrong = (verdicts != NO_PAIR) & (verdicts != Verdict.UNREACHABLE)
    else:
        wrong = _not_through_nva(reachability)
    return (concerned | concerned.T) & wrong


def _matching(pattern: str, reachability: Reachability) -> NDArray[np.bool_]:
    """Return which contexts match a pattern, by their stack or by its role: bool (contexts,)."""
    regions = reachability.network.regions
    return np.array(
        [
            fnmatchcase(name, pattern) or fnmatchcase(by_role(name, regions), pattern)
            for name in reachability.contexts
        ]
    )


def pairs_breaking_default_intent(reachability: Reachability) -> Flags:
    """Return the pairs for which the default intent is not true.

    By default every spoke subnet of the active region and on-premises reach each other through the
    NVA, and so do subnets of two of its spokes.
    """
    network = reachability.network
    size = len(reachability.contexts)
    concerned = np.zeros((size, size), dtype=bool)
    on_premises = network.number[ON_PREMISES]
    for stack, region in network.regions.items():
        if region.activation is Activation.ACTIVE:
            first, counts = _spoke_contexts(network, stack)
            if counts:
                last = first + sum(counts)
                concerned[first:last, first:last] = True
                concerned[first:last, on_premises] = concerned[on_premises, first:last] = True
                ends = np.cumsum([first, *counts]).tolist()
                for low, high in pairwise(ends):
                    concerned[low:high, low:high] = False
    return without_service_subnets(concerned & _not_through_nva(reachability), network)


def _spoke_contexts(network: Network, stack: str) -> tuple[int, list[int]]:
    """Return the number of the first context of a stack's spokes, and how many each spoke has."""
    numbers = [n for n, context in enumerate(network.subnets) if context.stack == stack]
    counts = [len(spoke.virtual_network.subnets) for spoke in network.regions[stack].spokes]
    return (numbers[0] if numbers else 0), counts


def _not_through_nva(reachability: Reachability) -> Flags:
    verdicts = reachability.verdicts
    through = (verdicts == Verdict.REACHABLE) & reachability.inspected
    wrong: Flags = (verdicts != NO_PAIR) & ~through
    return wrong
