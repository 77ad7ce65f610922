"""What the rules of a pair are asked of."""

from typing import NamedTuple

from sparehub.topology.model.pair import Stack


class Pair(NamedTuple):
    """Production region and recovery region; whichever is live."""

    primary: Stack
    secondary: Stack
