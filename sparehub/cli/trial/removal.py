"""Removes a trial: the vault in its order, then the resource groups; then reads that they are gone.

What exists is read from Azure and not taken from what was planned, so that it also removes what a
killed trial has left. Only resource groups of a trial are touched.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from sparehub.azure.answers import NOT_FOUND
from sparehub.azure.client import ArmClient
from sparehub.azure.reading import listed
from sparehub.cli.trial.requests.machines import clean_up_step
from sparehub.cli.trial.requests.names import group_of, trial_of
from sparehub.output import Output
from sparehub.topology.replication.protected_item import ProtectedItem

_ROUNDS = 40
_PAUSE = 30.0
"""Seconds between two rounds: an operation of the vault may still be running."""
_OPERATION = 3600.0
"""Seconds for one operation of a removal."""
_PATIENCE = 5
"""Rounds in which the vaults are removed before anything else."""
_NO_SETTINGS: Mapping[str, Any] = MappingProxyType({"properties": {}})


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
            problems = self._round(groups, last_resort=number >= _PATIENCE)
            if not problems:
                break
            if number + 1 < _ROUNDS:
                self.client.wait(_PAUSE)
        return [f"{path}: {problem}" for path, problem in problems.items()]

    def _round(self, groups: tuple[str, ...], *, last_resort: bool) -> dict[str, str]:
        """Try to remove everything once; return what is in the way, by its path.

        The vaults go first, because they keep the machines. As a last resort items are purged
        (SR-57), and groups are removed although a vault is left: one region may be silent.
        """
        problems: dict[str, str] = {}
        for group in groups:
            with self.output.progress.status(f"removing the vault of {group_of(group)} ..."):
                self._empty(group, problems, purge=last_resort)
        if problems and not last_resort:
            return problems
        for group in groups:
            with self.output.progress.status(f"removing {group_of(group)} ..."):
                own: dict[str, str] = {}
                self._delete(group, own)
                problems |= own
        return problems

    def _empty(self, group: str, problems: dict[str, str], *, purge: bool) -> None:
        """Remove the vaults in a group."""
        vaults = f"{group}/providers/Microsoft.RecoveryServices/vaults"
        for vault in self._list(vaults, problems):
            for path, method, body in self._of_vault(str(vault["id"]), problems, purge=purge):
                self._do(method, path, body, problems)

    def _delete(self, group: str, problems: dict[str, str]) -> None:
        """Remove a group that exists, and read that it is gone."""
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
        self, vault: str, problems: dict[str, str], *, purge: bool
    ) -> Iterator[tuple[str, str, Mapping[str, Any] | None]]:
        """Yield what removes a vault, in the order of SR-80; each is read when it is its turn."""
        for item in self._list(f"{vault}/replicationProtectedItems", problems):
            path = str(item["id"])
            if ProtectedItem.of(item).awaits_cleanup:
                clean_up = clean_up_step(path)
                yield clean_up.path, "POST", clean_up.body
            yield (path, "DELETE", None) if purge else (f"{path}/remove", "POST", _NO_SETTINGS)
        for mapping in self._list(f"{vault}/replicationNetworkMappings", problems):
            yield str(mapping["id"]), "DELETE", None
        for mapping in self._list(f"{vault}/replicationProtectionContainerMappings", problems):
            yield f"{mapping['id']}/remove", "POST", _NO_SETTINGS
        for kind in ("replicationProtectionContainers", "replicationFabrics"):
            for each in self._list(f"{vault}/{kind}", problems):
                yield f"{each['id']}/remove", "POST", None
        for policy in self._list(f"{vault}/replicationPolicies", problems):
            yield str(policy["id"]), "DELETE", None
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
        answer = self.client.operate(method, path, dict(body) if body else None, _OPERATION)
        if not answer.accepted and answer.status != NOT_FOUND:
            problems[path] = answer.problem
        else:
            self.output.note(f"removed {path.removesuffix('/remove').rpartition('/')[2]}")
