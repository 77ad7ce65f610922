"""Removes a trial: the vault in its order, then the resource groups; then reads that they are gone.

What exists is read from Azure and not taken from what was planned, so that it also removes what a
killed trial has left. Only resource groups of a trial are touched.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sparehub.azure.answers import NOT_FOUND
from sparehub.azure.client import ArmClient
from sparehub.azure.reading import listed
from sparehub.cli.trial.requests.machines import clean_up_step
from sparehub.cli.trial.requests.names import TAG, group_of, trial_of
from sparehub.output import Output

_ROUNDS = 40
_PAUSE = 30.0
"""Seconds between two rounds: an operation of the vault may still be running."""
_OPERATION = 3600.0
"""Seconds for one operation of a removal."""
_TESTED = ("WaitingForCompletion", "FailedToStart", "MarkedForDeletion")
_A2A = {"replicationProviderInput": {"instanceType": "A2A"}}


def groups_left(client: ArmClient, subscription: str) -> Iterator[tuple[str, str]]:
    """Yield trial and path of each resource group that a trial has left, by its tag.

    The name is checked as well: a group of somebody else may have got the tag by a copy.

    Raises:
        SignInError: Nobody is signed in.
    """
    path = f"/subscriptions/{subscription}/resourcegroups?$filter=tagName eq '{TAG}'"
    for group in listed(client, path).items:
        identity = str((group.get("tags") or {}).get(TAG) or "")
        name = str(group.get("name") or "")
        if identity and trial_of(name) == identity:
            yield identity, f"/subscriptions/{subscription}/resourceGroups/{name}"


@dataclass(frozen=True)
class Removal:
    """Removes resource groups of trials."""

    client: ArmClient
    output: Output

    def remove(self, groups: tuple[str, ...]) -> list[str]:
        """Remove groups and all in them; return what is left, each with the reason.

        Raises:
            SignInError: The sign-in has expired.
        """
        for group in groups:
            if not trial_of(group_of(group)):
                raise AssertionError(f"{group} is not a group of a trial")
        problems: dict[str, str] = {}
        for number in range(_ROUNDS):
            problems = {}
            for step in (self._empty, self._delete):  # first the vault: it keeps its machines
                for group in groups:
                    with self.output.progress.status(f"removing {group_of(group)} ..."):
                        step(group, problems)
            if not problems:
                break
            if number + 1 < _ROUNDS:
                self.client.wait(_PAUSE)
        return [f"{path}: {problem}" for path, problem in problems.items()]

    def _empty(self, group: str, problems: dict[str, str]) -> None:
        """Remove the vaults in a group."""
        vaults = f"{group}/providers/Microsoft.RecoveryServices/vaults"
        for vault in self._list(vaults, problems):
            for path, method, body in self._of_vault(str(vault["id"]), problems):
                self._do(method, path, body, problems)

    def _delete(self, group: str, problems: dict[str, str]) -> None:
        """Remove a group that exists, and read that it is gone."""
        if problems:
            return
        answer = self.client.send("GET", group)
        if answer.status == NOT_FOUND:
            return
        if not answer.accepted:
            problems[group] = answer.problem
            return
        self._do("DELETE", group, None, problems)
        if not problems and self.client.send("GET", group).status != NOT_FOUND:
            problems[group] = "its deletion has ended, but it is still shown"

    def _of_vault(
        self, vault: str, problems: dict[str, str]
    ) -> Iterator[tuple[str, str, Mapping[str, Any] | None]]:
        """Yield what removes a vault, in the order of SR-80; each is read when it is its turn."""
        for item in self._list(f"{vault}/replicationProtectedItems", problems):
            path = str(item["id"])
            properties = item.get("properties") or {}
            if properties.get("testFailoverState") in _TESTED:
                clean_up = clean_up_step(path)
                yield clean_up.path, "POST", clean_up.body
            yield f"{path}/remove", "POST", {"properties": _A2A}
        for kind in ("replicationNetworkMappings", "replicationProtectionContainerMappings"):
            for mapping in self._list(f"{vault}/{kind}", problems):
                yield str(mapping["id"]), "DELETE", None
        for container in self._list(f"{vault}/replicationProtectionContainers", problems):
            yield f"{container['id']}/remove", "POST", None
        for kind in ("replicationFabrics", "replicationPolicies"):
            for each in self._list(f"{vault}/{kind}", problems):
                yield str(each["id"]), "DELETE", None
        yield vault, "DELETE", None

    def _list(self, path: str, problems: dict[str, str]) -> tuple[Mapping[str, Any], ...]:
        """Return what exists; nothing while something before it could not be removed."""
        if problems:
            return ()
        found = listed(self.client, path)
        if found.problem and found.status != NOT_FOUND:
            problems[path] = found.problem
        return found.items

    def _do(
        self, method: str, path: str, body: Mapping[str, Any] | None, problems: dict[str, str]
    ) -> None:
        if problems:
            return
        answer = self.client.operate(method, path, body, _OPERATION)
        if not answer.accepted and answer.status != NOT_FOUND:
            problems[path] = answer.problem
        else:
            self.output.note(f"removed {path.removesuffix('/remove').rpartition('/')[2]}")
