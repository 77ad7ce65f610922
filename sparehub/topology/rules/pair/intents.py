"""The rule that is the operator's own: asked of a pair, in each state that an intent names.

Only `sparehub check` and `sparehub verify` ask it (``reachability.checks``): the
program itself proves no reachability.
"""

from sparehub.topology.rules.rule import Description

INTENTS = (
    Description(
        id="INTENT",
        severity="error",
        title="Intents hold",
        why="What an intent says has to be true in every state that it names.",
    ),
)
