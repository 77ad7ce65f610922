"""What is true in a state: verdicts, violations with their causes, and changes of verdicts."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from numpy.typing import NDArray

from sparehub.topology.reachability.effective_routes.routes import HUB
from sparehub.topology.reachability.intents import (
    DEFAULT_STATES,
    Intent,
    pairs_breaking_default_intent,
    pairs_breaking_intent,
)
from sparehub.topology.reachability.invariants import (
    Violation,
    explain_violation,
    pair_violations,
    region_violations,
)
from sparehub.topology.reachability.name_servers import (
    NAMES,
    NAMES_PATH,
    unreached_name_servers,
)
from sparehub.topology.reachability.states.states import PairState
from sparehub.topology.reachability.verdicts.explain import Explainer
from sparehub.topology.reachability.verdicts.outcome_bits import NO_PAIR, Verdict
from sparehub.topology.reachability.verdicts.verify import Flags, Reachability, verify

MOST_EXPLAINED = 100
"""Violations of an invariant that are explained one by one; the others are counted."""
_MOST_CONTEXTS = 16
"""Above this number the spokes of a region are one group."""


@dataclass(frozen=True, kw_only=True)
class VerdictChange:
    """Pairs between two groups whose reachability differs from that in the state before.

    Attributes:
        reached: True where they are reachable now, False where they were before.
    """

    source: str
    destination: str
    pairs: int
    reached: bool


@dataclass(frozen=True, kw_only=True)
class PreviousVerdicts:
    """The verdicts of a state, to compare a later state with.

    Attributes:
        verdicts: int8 array (contexts, contexts).
    """

    contexts: tuple[str, ...]
    verdicts: NDArray[np.int8]

    @classmethod
    def of(cls, reachability: Reachability) -> Self:
        """Return the verdicts of a state that has been computed."""
        return cls(contexts=reachability.contexts, verdicts=reachability.verdicts)


@dataclass(frozen=True, kw_only=True)
class Proof:
    """Everything that is known of a state.

    Attributes:
        more: by invariant, how many violations were counted and not explained.
        groups: the groups of contexts that a person sees.
        cells: by source and destination group, the number of pairs of each verdict.
        failed: whether an invariant or intent that must hold in this state does not.
    """

    state: PairState
    reachability: Reachability
    violations: tuple[Violation, ...]
    more: dict[str, int]
    changes: tuple[VerdictChange, ...]
    groups: tuple[str, ...]
    cells: dict[tuple[str, str], dict[Verdict, int]]
    failed: bool

    def count(self, verdict: Verdict) -> int:
        """Return the number of ordered pairs that have a verdict."""
        return sum(cell.get(verdict, 0) for cell in self.cells.values())


def prove(
    state: PairState, before: PreviousVerdicts | None = None, intents: Sequence[Intent] = ()
) -> Proof:
    """Judge a state; without intents by the default intent."""
    reachability = verify(state.regions, state.lost_nvas)
    explainer = Explainer(reachability)
    violations, more = _pair_violations(state, reachability, explainer, intents)
    binding = state.name in DEFAULT_STATES
    violations += [
        violation if binding else replace(violation, fails=False)
        for violation in region_violations(reachability, explainer)
    ]
    return Proof(
        state=state,
        reachability=reachability,
        violations=tuple(violations),
        more=more,
        changes=tuple(_changes(before, reachability)) if before else (),
        groups=tuple(_groups(reachability.contexts)[0]),
        cells=_cells(reachability),
        failed=any(violation.fails for violation in violations),
    )


def _pair_violations(
    state: PairState, reachability: Reachability, explainer: Explainer, intents: Sequence[Intent]
) -> tuple[list[Violation], dict[str, int]]:
    """Return the violations of pairs, and by invariant how many were not explained.

    A pair may violate several intents of the stack files. Of the invariants it is reported for the
    first that it violates.
    """
    checks = list(violated_pairs(state.name, reachability, intents))
    reported = np.zeros_like(reachability.loops)
    intended = np.logical_or.reduce([reported, *(flags for _, path, flags in checks if path)])
    violations = []
    more: dict[str, int] = {}
    for invariant, path, flags in checks:
        pairs = np.argwhere(flags if path else flags & ~reported).tolist()
        if not path:
            reported |= flags
        if len(pairs) > MOST_EXPLAINED:
            more[invariant] = more.get(invariant, 0) + len(pairs) - MOST_EXPLAINED
        for row, column in pairs[:MOST_EXPLAINED]:
            fails = state.name in DEFAULT_STATES or bool(intended[row, column])
            violation = explain_violation(explainer, invariant, row, column)
            violations.append(replace(violation, fails=fails, intent=path))
    return violations, more


def violated_pairs(
    state: str, reachability: Reachability, intents: Sequence[Intent]
) -> Iterator[tuple[str, str, Flags]]:
    """Yield each intent and invariant of a state, with the pairs that violate it.

    The second value is the key of the intent in its stack file; empty for an invariant. The default
    intent comes after the invariants, and only where there are no intents; the question of the DNS
    servers comes last, with the key that names them.

    Args:
        state: the name of the state, which selects the intents.
        reachability: of this state, or of another that is held to the same intents.
        intents: those of both stack files.
    """
    for intent in intents:
        if state in intent.states:
            yield intent.kind, intent.path, pairs_breaking_intent(intent, reachability)
    for invariant, flags in pair_violations(reachability):
        yield invariant, "", flags
    if not intents and state in DEFAULT_STATES:
        yield "through", "", pairs_breaking_default_intent(reachability)
    if state in DEFAULT_STATES:
        yield NAMES, NAMES_PATH, unreached_name_servers(reachability)


def _group(context: str, *, folded: bool) -> str:
    stack, _, rest = context.partition("/")
    return f"{stack} spokes" if folded and rest and not rest.startswith(f"{HUB}/") else context


def _groups(contexts: Sequence[str]) -> tuple[list[str], NDArray[np.intp]]:
    """Return the groups of contexts, and the number of each context's group: (contexts,)."""
    folded = len(contexts) > _MOST_CONTEXTS
    labels = [_group(context, folded=folded) for context in contexts]
    groups = list(dict.fromkeys(labels))
    number = {group: position for position, group in enumerate(groups)}
    return groups, np.array([number[label] for label in labels])


def _cells(reachability: Reachability) -> dict[tuple[str, str], dict[Verdict, int]]:
    groups, numbers = _groups(reachability.contexts)
    starts = np.flatnonzero(np.diff(numbers, prepend=-1))  # a group's contexts are adjacent
    cells: dict[tuple[str, str], dict[Verdict, int]] = {}
    for verdict in Verdict:
        matches = reachability.verdicts == verdict
        columns = np.add.reduceat(matches, starts, axis=1, dtype=np.int32)
        counts = np.add.reduceat(columns, starts, axis=0)
        for row, column in np.argwhere(counts).tolist():
            cell = cells.setdefault((groups[row], groups[column]), {})
            cell[verdict] = int(counts[row, column])
    return cells


def _changes(before: PreviousVerdicts, reachability: Reachability) -> Iterator[VerdictChange]:
    contexts = tuple(dict.fromkeys((*reachability.contexts, *before.contexts)))
    was = _reindexed(contexts, before.contexts, before.verdicts) == Verdict.REACHABLE
    now = _reindexed(contexts, reachability.contexts, reachability.verdicts) == Verdict.REACHABLE
    groups, numbers = _groups(contexts)
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


def _reindexed(
    contexts: tuple[str, ...], known: tuple[str, ...], verdicts: NDArray[np.int8]
) -> NDArray[np.int8]:
    """Return verdicts as a matrix of more contexts; pairs with a new context have NO_PAIR."""
    if contexts == known:
        return verdicts
    number = {name: n for n, name in enumerate(contexts)}
    numbers = np.array([number[name] for name in known])
    reindexed = np.full((len(contexts), len(contexts)), NO_PAIR, dtype=np.int8)
    reindexed[np.ix_(numbers, numbers)] = verdicts
    return reindexed
