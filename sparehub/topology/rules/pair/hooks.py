"""Hooks of both regions, which run in one plan."""

from collections.abc import Iterator

from sparehub.topology.config.hooks import repeated_names
from sparehub.topology.rules.pair.subject import Pair
from sparehub.topology.rules.rule import RuleFault, rule


@rule("CONFIG", why="A name stands for one hook: in a plan, in the journal, and in --confirm.")
def hooks_have_different_names(pair: Pair) -> Iterator[RuleFault]:
    """In both files together."""
    hooks = [hook for stack in pair for hook in stack.config.region.hooks]
    for name in repeated_names(hook.name for hook in hooks):
        message = f"{name!r} is also a hook of {pair.primary.name}: rename one"
        yield RuleFault("region.hooks", message, pair.secondary.name)


PAIR_HOOKS = (hooks_have_different_names,)
