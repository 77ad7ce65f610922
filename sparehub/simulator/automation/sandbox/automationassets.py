"""The module by which a Python runbook reads the variables of its account.

https://learn.microsoft.com/azure/automation/shared-resources/variables#python-functions-to-access-variables
"""

import json
import os
from urllib.error import HTTPError
from urllib.parse import quote
from urllib.request import Request, urlopen

_MISSING = 404


class AutomationAssetNotFound(Exception):  # noqa: N818 - the name that runbooks catch
    """The account has no asset of this name."""


def get_automation_variable(name: str) -> object:
    """Return the value of a variable, also of an encrypted one.

    Raises:
        AutomationAssetNotFound: There is no such variable.

    """
    address = f"{os.environ['SPAREHUB_AUTOMATION_VARIABLES']}/{quote(name, safe='')}"
    headers = {"X-IDENTITY-HEADER": os.environ["IDENTITY_HEADER"]}
    try:
        with urlopen(Request(address, headers=headers)) as answer:  # noqa: S310 - the worker's own
            return json.loads(answer.read())["value"]
    except HTTPError as problem:
        if problem.code == _MISSING:
            raise AutomationAssetNotFound(f"no variable {name!r}") from None
        raise
