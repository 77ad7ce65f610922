"""Hides secrets of the environment in text that comes from a hook."""

import re
from collections.abc import Mapping

from sparehub.topology.config.secrets import SECRET

_NAMES = re.compile(r"SECRET|PASSW|PASSPHRASE|TOKEN|KEY|CREDENTIAL|SAS", re.IGNORECASE)
_SHORTEST = 6
"""Characters: a shorter value may be part of any word."""


def hidden(text: str, environment: Mapping[str, str]) -> str:
    """Return a text without the values of variables whose names say that they are secret.

    A command has the environment of Sparehub, and may print it.
    """
    values = (
        value
        for name, value in environment.items()
        if _NAMES.search(name) and len(value) >= _SHORTEST
    )
    for value in sorted(values, key=len, reverse=True):
        text = text.replace(value, SECRET)
    return text
