"""The subject of the rules of a pair."""

from typing import NamedTuple

from sparehub.topology.model.pair import Stack


class Pair(NamedTuple):
    """The two stacks by their fixed roles; either may be active."""

    primary: Stack
    secondary: Stack
