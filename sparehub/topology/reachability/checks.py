"""The intents of a pair as a check: findings for intents that are not true in a state."""

from collections.abc import Iterator, Sequence

import numpy as np

from sparehub.topology.errors import ConfigurationError, Problem
from sparehub.topology.model.pair import Stack
from sparehub.topology.reachability.intents import Intent, pairs_breaking_intent, read_intents
from sparehub.topology.reachability.invariants import explain_violation
from sparehub.topology.reachability.states.states import all_states, configured_side
from sparehub.topology.reachability.verdicts.explain import Explainer
from sparehub.topology.reachability.verdicts.verify import verify
from sparehub.topology.rules.findings import Finding


def check_intents(primary: Stack, secondary: Stack) -> Iterator[Finding]:
    """Yield a finding for each intent and each state in which the intent is not true.

    An intent that names an unknown context or state is a finding, too. The default intent is for
    `sparehub verify`.
    """
    stacks = (primary, secondary)
    states = {state.name: state for state in all_states(*map(configured_side, stacks))}
    intents: list[Intent] = []
    for stack in stacks:
        try:
            intents += read_intents([stack], states)
        except ConfigurationError as error:
            yield from (Finding.of(problem, stack.name) for problem in error.problems)
    for name, state in states.items():
        binding = [intent for intent in intents if name in intent.states]
        if binding:
            explainer = Explainer(verify(state.regions, state.lost_nvas))
            yield from _broken(binding, name, explainer)


def _broken(intents: Sequence[Intent], state: str, explainer: Explainer) -> Iterator[Finding]:
    for intent in intents:
        pairs = np.argwhere(pairs_breaking_intent(intent, explainer.reachability)).tolist()
        if not pairs:
            continue
        first = explain_violation(explainer, intent.kind, *pairs[0])
        more = f", and {len(pairs) - 1} more" if len(pairs) > 1 else ""
        message = (
            f"`{intent}` is not true in state {state!r}: {first.source} to {first.destination} is "
            f"{first.verdict.name}{more}, by {first.reason}; "
            f"`sparehub verify --state {state}` shows each path"
        )
        yield Finding.of(Problem(intent.path, message, "INTENT"), intent.stack)
