"""What is in the way of a trial; asked before anything is made, and each with a way on."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from sparehub.azure.client import ArmClient
from sparehub.azure.reading import listed
from sparehub.azure.versions import version_of
from sparehub.cli.trial.journal import TrialJournal
from sparehub.cli.trial.requests.leftovers import groups_left, leftovers
from sparehub.cli.trial.requests.names import Trial, group_of
from sparehub.cli.trial.requests.step import Step
from sparehub.topology.config.resource_ids import ResourceId
from sparehub.topology.planning.rights.permissions import Permission, permitted

_AUTHORIZATION = "Microsoft.Authorization"
_GROUPS = "Microsoft.Resources/subscriptions/resourceGroups"
_SHOWN = 3
"""How many missing actions are named."""
_REGISTERED = "Registered"
_NETWORKS: Mapping[str, int] = MappingProxyType(
    {"VirtualNetworks": 3, "StandardSkuPublicIpAddresses": 1, "RouteTables": 1}
)
_COMPUTE: Mapping[str, int] = MappingProxyType({"cores": 2, "virtualMachines": 1})
"""What one region needs, and one machine, by the names of Azure's usages:
https://learn.microsoft.com/azure/virtual-machines/quotas"""


@dataclass(frozen=True)
class Preflight:
    """The questions of one trial; ``notes`` has what could not be asked."""

    client: ArmClient
    trial: Trial
    steps: tuple[Step, ...]
    notes: list[str]

    def objections(self, journal: TrialJournal) -> Iterator[str]:
        """Yield what is in the way.

        Raises:
            SignInError: Nobody is signed in.
            UnreadableError: Azure does not answer the list of resource groups.
        """
        if problem := self._account():
            yield problem
            return
        yield from self._leftovers(journal)
        yield from self._providers()
        yield from self._permissions()
        yield from self._locks()
        yield from self._policies()
        yield from self._quotas()

    @property
    def _subscription(self) -> str:
        return f"/subscriptions/{self.trial.subscription}"

    def _account(self) -> str:
        account = self.client.account(self.trial.subscription)
        if account.unseen:
            return (
                f"{account.user or 'the login'} has no access to the subscription "
                f"{self.trial.subscription}: sign in with another account, or name another one"
            )
        return account.problem

    def _leftovers(self, journal: TrialJournal) -> Iterator[str]:
        here = self.trial.subscription
        for each in leftovers(journal.begun(here), groups_left(self.client, here)):
            yield (
                f"the trial {each}, is not removed, or still runs: ask its owner, or remove it "
                f"with `sparehub trial --clean-up --subscription {here} --trial {each.trial}`"
            )

    def _providers(self) -> Iterator[str]:
        """Yield the resource providers that are not registered; nothing is registered unasked.

        https://learn.microsoft.com/azure/azure-resource-manager/management/resource-providers-and-types
        """
        for namespace in sorted({_type(step).partition("/")[0] for step in _made(self.steps)}):
            path = f"{self._subscription}/providers/{namespace}?api-version={version_of('')}"
            answer = self.client.send("GET", path)  # it is Microsoft.Resources that answers
            state = str(answer.body.get("registrationState") or answer.problem)
            if state != _REGISTERED:
                yield (
                    f"the resource provider {namespace} is not registered ({state}): "
                    f"`az provider register --namespace {namespace} "
                    f"--subscription {self.trial.subscription}`"
                )

    def _permissions(self) -> Iterator[str]:
        path = f"{self._subscription}/providers/{_AUTHORIZATION}/permissions"
        found = listed(self.client, path)
        if found.problem:
            self.notes.append(f"permissions cannot be read: {found.problem}")
            return
        granted = [
            Permission(
                actions=tuple(each.get("actions") or ()),
                not_actions=tuple(each.get("notActions") or ()),
            )
            for each in found.items
        ]
        kinds = [_GROUPS, *sorted({_type(step) for step in _made(self.steps)})]
        wanted = [f"{kind}/{verb}" for kind in kinds for verb in ("write", "delete")]
        missing = [
            action
            for action in wanted
            if not permitted(granted, action) and not action.endswith("Containers/delete")
        ]
        if missing:
            more = f" and {len(missing) - _SHOWN} more" if len(missing) > _SHOWN else ""
            yield (
                f"the login may not {', '.join(missing[:_SHOWN])}{more} in the subscription: it "
                "needs the role Contributor there, for the time of the trial"
            )

    def _locks(self) -> Iterator[str]:
        """Yield the locks of the subscription: they would keep the trial from being removed.

        https://learn.microsoft.com/azure/azure-resource-manager/management/lock-resources
        """
        path = f"{self._subscription}/providers/{_AUTHORIZATION}/locks?$filter=atScope()"
        found = listed(self.client, path)
        if found.problem:
            self.notes.append(f"locks cannot be read: {found.problem}")
        for lock in found.items:
            level = (lock.get("properties") or {}).get("level")
            yield (
                f"the subscription has the lock {lock.get('name')!r} ({level}): what a trial makes "
                "could not be removed; use a subscription without a lock"
            )

    def _policies(self) -> Iterator[str]:
        """Yield the policies that deny what would be made; Azure evaluates them.

        https://learn.microsoft.com/rest/api/policyinsights/policy-restrictions/check-at-subscription-scope
        """
        path = f"{self._subscription}/providers/Microsoft.PolicyInsights/checkPolicyRestrictions"
        denied: dict[str, list[str]] = {}
        for step in _distinct(self.steps):
            answer = self.client.send("POST", path, _policy_question(step))
            if not answer.accepted:
                self.notes.append(f"policies cannot be asked: {answer.problem}")
                return
            result = answer.body.get("contentEvaluationResult") or {}
            for evaluation in result.get("policyEvaluations") or ():
                if _denies(evaluation):
                    info = evaluation.get("policyInfo") or {}
                    policy = str(info.get("policyAssignmentId") or "").rpartition("/")[2]
                    denied.setdefault(policy, []).append(step.title)
        for policy, titles in denied.items():
            yield (
                f"the policy assignment {policy!r} denies: {', '.join(titles)}; exempt "
                f"{group_of(self.trial.groups[0])[: -len(self.trial.region)]}*, or use another "
                "subscription or region"
            )

    def _quotas(self) -> Iterator[str]:
        wanted = {("Microsoft.Network", region): _NETWORKS for region in self.trial.regions}
        if self.trial.machines:
            number = self.trial.machines
            wanted["Microsoft.Compute", self.trial.region] = {
                name: each * number for name, each in _COMPUTE.items()
            }
            wanted["Microsoft.Compute", self.trial.pair] = _COMPUTE
        for (namespace, region), counted in wanted.items():
            path = f"{self._subscription}/providers/{namespace}/locations/{region}/usages"
            found = listed(self.client, path)
            if found.problem:
                self.notes.append(f"the quota of {namespace} in {region}: {found.problem}")
            for usage in found.items:
                name = str((usage.get("name") or {}).get("value"))
                used, most = int(usage.get("currentValue") or 0), int(usage.get("limit") or 0)
                if used + counted.get(name, 0) > most:
                    yield (
                        f"{used} of {most} {name} are used in {region}, and a trial needs "
                        f"{counted[name]}: request more, or name another region"
                    )


def _made(steps: Iterable[Step]) -> Iterator[Step]:
    for step in steps:
        identity = ResourceId.read(step.path)
        if step.method == "PUT" and not step.refused and identity and identity.provider:
            yield step


def _type(step: Step) -> str:
    """Return the resource type that a step makes, such as ``Microsoft.Network/routeTables``."""
    identity = ResourceId.parse(step.path)
    return "/".join((identity.provider, *identity.types))


def _distinct(steps: Iterable[Step]) -> Iterator[Step]:
    """Yield one step of each type and region, and the groups: a policy can be about tags."""
    seen = set()
    for step in steps:
        if step.method != "PUT" or step.refused or "location" not in step.body:
            continue
        identity = ResourceId.read(step.path)
        kind = _type(step) if identity and identity.provider else _GROUPS
        if (kind, step.body["location"]) not in seen:
            seen.add((kind, step.body["location"]))
            yield step


def _policy_question(step: Step) -> Mapping[str, Any]:
    identity = ResourceId.parse(step.path)
    kind = _type(step) if identity.provider else _GROUPS
    name = step.path.rpartition("/")[2]
    content = {"type": kind, "name": name} | dict(step.body)
    return {"resourceDetails": {"resourceContent": content, "apiVersion": version_of(step.path)}}


def _denies(evaluation: Mapping[str, Any]) -> bool:
    effect = str((evaluation.get("effectDetails") or {}).get("policyEffect") or "Deny")
    return evaluation.get("evaluationResult") == "NonCompliant" and effect.lower() == "deny"
