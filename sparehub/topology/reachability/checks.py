"""The intents of a pair as a check: which of them are not true in a state that they name."""

from collections.abc import Iterator, Sequence

import numpy as np

from sparehub.topology.errors import ConfigurationError, Problem
from sparehub.topology.model.pair import Stack
from sparehub.topology.reachability.intents import Intent, broken, read_intents
from sparehub.topology.reachability.invariants import explained
from sparehub.topology.reachability.states.states import all_states, configured
from sparehub.topology.reachability.verdicts.explain import Explainer
from sparehub.topology.reachability.verdicts.verify import verify
from sparehub.topology.rules.findings import Finding


def check_intents(primary: Stack, secondary: Stack) -> Iterator[Finding]:
    """Yield a finding for each intent and state in which it is not true, where it was written.

    One that names a context or a state that is not there is a finding, too. Without intents
    nothing is computed: what the source document promises is for `sparehub verify`.
    """
    stacks = (primary, secondary)
    if not any(stack.config.region.intents for stack in stacks):
        return
    states = {each.name: each for each in all_states(*map(configured, stacks))}
    intents: list[Intent] = []
    for stack in stacks:
        try:
            intents += read_intents([stack], states)
        except ConfigurationError as error:
            yield from (Finding.of(problem, stack.name) for problem in error.problems)
    for name, state in states.items():
        bound = [intent for intent in intents if name in intent.states]
        if bound:
            explainer = Explainer(verify(state.regions, state.lost_nvas))
            yield from _broken(bound, name, explainer)


def _broken(intents: Sequence[Intent], state: str, explainer: Explainer) -> Iterator[Finding]:
    for intent in intents:
        pairs = np.argwhere(broken(intent, explainer.reachability)).tolist()
        if not pairs:
            continue
        first = explained(explainer, intent.question, *pairs[0])
        more = f", and {len(pairs) - 1} more" if len(pairs) > 1 else ""
        message = (
            f"`{intent}` is not true in state {state!r}: {first.source} to {first.destination} is "
            f"{first.verdict.name}{more}, by {first.reason}; "
            f"`sparehub verify --state {state}` shows each way"
        )
        yield Finding.of(Problem(intent.path, message, "INTENT"), intent.stack)
