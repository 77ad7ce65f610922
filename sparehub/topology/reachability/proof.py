"""What is true in a state: verdicts, violations with what is to blame, and what has changed."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from numpy.typing import NDArray

from sparehub.topology.reachability.effective_routes.routes import HUB
from sparehub.topology.reachability.intents import BINDING, Intent, broken, promise_broken
from sparehub.topology.reachability.invariants import Violation, explained, of_pairs, of_regions
from sparehub.topology.reachability.states.states import PairState
from sparehub.topology.reachability.verdicts.explain import Explainer
from sparehub.topology.reachability.verdicts.outcome_bits import NO_PAIR, Verdict
from sparehub.topology.reachability.verdicts.verify import Flags, Reachability, verify

MOST_EXPLAINED = 100
"""Violations of a question that are explained one by one; the rest is counted."""
_MOST_CONTEXTS = 16
"""With more contexts than these the spokes of a region are one group."""


@dataclass(frozen=True, kw_only=True)
class VerdictChange:
    """Pairs between two groups whose reachability is another than in the state before."""

    source: str
    destination: str
    pairs: int
    reached: bool  # now; else before


@dataclass(frozen=True, kw_only=True)
class PreviousVerdicts:
    """The verdicts of a state, for the states that are compared with it."""

    contexts: tuple[str, ...]
    verdicts: NDArray[np.int8]

    @classmethod
    def of(cls, reachability: Reachability) -> Self:
        """Return what is kept of a state once it was shown."""
        return cls(contexts=reachability.contexts, verdicts=reachability.verdicts)


@dataclass(frozen=True, kw_only=True)
class Proof:
    """Everything that is said of a state."""

    state: PairState
    reachability: Reachability
    violations: tuple[Violation, ...]
    more: dict[str, int]  # by question, what was counted and not explained
    changes: tuple[VerdictChange, ...]
    groups: tuple[str, ...]
    cells: dict[tuple[str, str], dict[Verdict, int]]  # by groups, how many pairs of each verdict
    failed: bool
    """Whether anything is wrong that must be in order in this state."""

    def count(self, verdict: Verdict) -> int:
        """Return how many ordered pairs have a verdict."""
        return sum(cell.get(verdict, 0) for cell in self.cells.values())


def prove(
    state: PairState, before: PreviousVerdicts | None = None, intents: Sequence[Intent] = ()
) -> Proof:
    """Judge a state; without intents by what the source document promises."""
    reachability = verify(state.regions, state.lost_nvas)
    explainer = Explainer(reachability)
    violations, more = _of_pairs(state, reachability, explainer, intents)
    for each in of_regions(reachability, explainer):
        violations.append(each if state.name in BINDING else replace(each, fails=False))
    return Proof(
        state=state,
        reachability=reachability,
        violations=tuple(violations),
        more=more,
        changes=tuple(_changes(before, reachability)) if before else (),
        groups=tuple(_numbered(reachability.contexts)[0]),
        cells=_cells(reachability),
        failed=any(violation.fails for violation in violations),
    )


def _of_pairs(
    state: PairState, reachability: Reachability, explainer: Explainer, intents: Sequence[Intent]
) -> tuple[list[Violation], dict[str, int]]:
    """Return the violations of pairs, and by question how many were not explained.

    One of each intent that somebody wrote; besides, one a pair, of the question that says most.
    """
    questions = list(asked(state.name, reachability, intents))
    told = np.zeros_like(reachability.loops)
    intended = np.logical_or.reduce([told, *(flags for _, path, flags in questions if path)])
    violations = []
    more: dict[str, int] = {}
    for question, path, flags in questions:
        pairs = np.argwhere(flags if path else flags & ~told).tolist()
        if not path:
            told |= flags
        if len(pairs) > MOST_EXPLAINED:
            more[question] = more.get(question, 0) + len(pairs) - MOST_EXPLAINED
        for row, column in pairs[:MOST_EXPLAINED]:
            fails = state.name in BINDING or bool(intended[row, column])
            found = explained(explainer, question, row, column)
            violations.append(replace(found, fails=fails, intent=path))
    return violations, more


def asked(
    state: str, reachability: Reachability, intents: Sequence[Intent]
) -> Iterator[tuple[str, str, Flags]]:
    """Yield every question of pairs that is asked in a state, with the pairs whose answer is no.

    In between stands where an intent was written; the others have no such place. The promise of the
    source document is asked where there are no intents at all, and last. ``reachability`` may be
    that of another state: then the same questions are asked of that.
    """
    for intent in intents:
        if state in intent.states:
            yield intent.question, intent.path, broken(intent, reachability)
    yield from of_pairs(reachability)
    if not intents and state in BINDING:
        yield "through", "", promise_broken(reachability)


def _group(context: str, *, folded: bool) -> str:
    stack, _, rest = context.partition("/")
    return f"{stack} spokes" if folded and rest and not rest.startswith(f"{HUB}/") else context


def _numbered(contexts: Sequence[str]) -> tuple[list[str], NDArray[np.intp]]:
    """Return the groups of contexts, and the number of the group of each."""
    folded = len(contexts) > _MOST_CONTEXTS
    labels = [_group(context, folded=folded) for context in contexts]
    groups = list(dict.fromkeys(labels))
    places = {group: number for number, group in enumerate(groups)}
    return groups, np.array([places[label] for label in labels])


def _cells(reachability: Reachability) -> dict[tuple[str, str], dict[Verdict, int]]:
    groups, numbers = _numbered(reachability.contexts)
    starts = np.flatnonzero(np.diff(numbers, prepend=-1))  # a group's contexts stand together
    cells: dict[tuple[str, str], dict[Verdict, int]] = {}
    for verdict in Verdict:
        meant = reachability.verdicts == verdict
        columns = np.add.reduceat(meant, starts, axis=1, dtype=np.int32)
        counts = np.add.reduceat(columns, starts, axis=0)
        for row, column in np.argwhere(counts).tolist():
            cell = cells.setdefault((groups[row], groups[column]), {})
            cell[verdict] = int(counts[row, column])
    return cells


def _changes(before: PreviousVerdicts, reachability: Reachability) -> Iterator[VerdictChange]:
    contexts = tuple(dict.fromkeys((*reachability.contexts, *before.contexts)))
    was = _on(contexts, before.contexts, before.verdicts) == Verdict.REACHABLE
    now = _on(contexts, reachability.contexts, reachability.verdicts) == Verdict.REACHABLE
    groups, numbers = _numbered(contexts)
    for reached, changed in ((False, was & ~now), (True, now & ~was)):
        rows, columns = np.nonzero(changed)
        cells = numbers[rows] * len(groups) + numbers[columns]
        counts = np.bincount(cells, minlength=len(groups) ** 2)
        for cell in np.flatnonzero(counts).tolist():
            row, column = divmod(cell, len(groups))
            yield VerdictChange(
                source=groups[row],
                destination=groups[column],
                pairs=int(counts[cell]),
                reached=reached,
            )


def _on(
    contexts: tuple[str, ...], known: tuple[str, ...], verdicts: NDArray[np.int8]
) -> NDArray[np.int8]:
    """Return verdicts as a matrix of other contexts, which hold those that are known."""
    if contexts == known:
        return verdicts
    number = {name: n for n, name in enumerate(contexts)}
    places = np.array([number[name] for name in known])
    found = np.full((len(contexts), len(contexts)), NO_PAIR, dtype=np.int8)
    found[np.ix_(places, places)] = verdicts
    return found
