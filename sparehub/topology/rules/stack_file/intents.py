"""The rule of intents, for a pair in each state that an intent names.

Only `sparehub check` and `sparehub verify` check it (``reachability.checks``); the Pulumi program
does not verify reachability.
"""

from sparehub.topology.rules.rule import Description

INTENTS = (
    Description(
        id="INTENT",
        severity="error",
        title="Intents hold",
        why="An intent must be true in every state that it names.",
    ),
)
