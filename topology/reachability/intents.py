"""What the operator wants to be true of reachability, and what the source document promises."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from itertools import pairwise

import numpy as np

from topology.config import IntentConfig
from topology.errors import ConfigurationError, Problem
from topology.reachability.forwarding import ON_PREMISES, Network
from topology.reachability.states import FAILED_OVER, NORMAL, STATES, meaning
from topology.reachability.verdicts import NO_PAIR, Verdict
from topology.reachability.verify import Flags, Reachability
from topology.words import Activation

BINDING = (NORMAL, FAILED_OVER)
"""The states in which intents must hold that name none."""


@dataclass(frozen=True, kw_only=True)
class Intent:
    """One wish, with the place where it was written."""

    question: str  # reach, isolate or through
    first: str
    second: str
    states: tuple[str, ...]
    path: str


def read_intents(
    written: Iterable[tuple[str, Sequence[IntentConfig]]],
    contexts: Sequence[str],
    states: Collection[str] | None = None,
) -> list[Intent]:
    """Return the intents of both stacks, given by the stack's name.

    ``states`` are those that occur in the pair, where somebody knows.

    :raises ConfigurationError: where one names a context or a state that is not there.
    """
    intents = []
    for stack, configs in written:
        problems: list[Problem] = []
        for number, config in enumerate(configs):
            intent = _intent(config, f"region.intents[{number}]")
            problems += _problems(intent, contexts, states)
            intents.append(intent)
        if problems:
            raise ConfigurationError(problems, stack)
    return intents


def _intent(config: IntentConfig, path: str) -> Intent:
    question = "reach" if config.reach else "isolate" if config.isolate else "through"
    first, second = config.reach or config.isolate or config.between or ("", "")
    states = BINDING if config.states is None else config.states
    return Intent(question=question, first=first, second=second, states=states, path=path)


def _problems(
    intent: Intent, contexts: Sequence[str], states: Collection[str] | None
) -> Iterator[Problem]:
    for pattern in (intent.first, intent.second):
        if not any(fnmatchcase(context, pattern) for context in contexts):
            there = ", ".join(contexts)
            yield Problem(intent.path, f"{pattern!r} is no context; there are: {there}")
    for state in intent.states:
        known = ", ".join(states or STATES)
        if meaning(state) is None:
            yield Problem(intent.path, f"{state!r} is no state; there are: {known}")
        elif states is not None and state not in states:
            yield Problem(intent.path, f"{state!r} does not occur in this pair; there are: {known}")


def broken(intent: Intent, reachability: Reachability) -> Flags:
    """Return the pairs of which an intent is not true: ``reach`` from the first to the second.

    ``isolate`` and ``through`` look both ways.
    """
    contexts = reachability.contexts
    first = np.array([fnmatchcase(name, intent.first) for name in contexts])
    second = np.array([fnmatchcase(name, intent.second) for name in contexts])
    meant: Flags = np.outer(first, second)
    verdicts = reachability.verdicts
    wrong: Flags = (verdicts != NO_PAIR) & (verdicts != Verdict.REACHABLE)
    if intent.question == "reach":
        return meant & wrong
    if intent.question == "isolate":
        wrong = (verdicts != NO_PAIR) & (verdicts != Verdict.UNREACHABLE)
    else:
        wrong = _not_through(reachability)
    return (meant | meant.T) & wrong


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
    return meant & _not_through(reachability)


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
