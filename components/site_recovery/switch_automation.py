"""The Automation account whose runbooks switch the network from a recovery plan."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from uuid import NAMESPACE_URL, uuid5

from pulumi import ComponentResource, Input, Output, Resource, ResourceOptions
from pulumi_azure_native import authorization, automation, resources

from sparehub.topology.azure.role_definitions.custom import RUNBOOK
from sparehub.topology.config.resource_ids import ResourceId
from sparehub.topology.model.logical_names import SiteRecoveryNames
from sparehub.topology.model.recovery.automation import (
    DEFAULT_PACKAGES,
    POWERSHELL_ENVIRONMENT,
    PYTHON_ENVIRONMENT,
    RUNTIMES,
    AutomationAccount,
    SwitchNames,
)


@dataclass(frozen=True, kw_only=True)
class SwitchAutomationArgs:
    """Arguments of :class:`SwitchAutomation`."""

    account: AutomationAccount
    names: SiteRecoveryNames
    scopes: Mapping[str, ResourceId]
    """What the runbook switches, by key: resources and groups in the stack's subscription, where
    an id has none."""
    after: tuple[Resource, ...] = ()
    """What of it the stack makes."""
    tags: Mapping[str, Input[str]] = field(default_factory=dict)


class SwitchAutomation(ComponentResource):
    """An Automation account, its runtime environments, and its runbooks without their text.

    ``sparehub replicate`` writes the text: it changes with every plan. The identity of the account
    gets a role of its own at what it switches, and at the account itself. The account holds no
    schedule, no webhook and no package that Azure Automation does not bring along.
    """

    account_id: Output[str]

    def __init__(
        self, name: str, args: SwitchAutomationArgs, opts: ResourceOptions | None = None
    ) -> None:
        super().__init__("sparehub:recovery:SwitchAutomation", name, {}, opts)
        self._args = args
        self._kept = ResourceOptions(parent=self, protect=True)
        group = resources.ResourceGroup(
            args.names.automation_group,
            resource_group_name=args.account.resource_group,
            location=args.account.location,
            tags=args.tags,
            opts=self._kept,
        )
        account = automation.AutomationAccount(
            args.names.automation_account,
            automation_account_name=args.account.name,
            resource_group_name=group.name,
            location=args.account.location,
            sku={"name": automation.SkuNameEnum.BASIC},
            identity={"type": automation.ResourceIdentityType.SYSTEM_ASSIGNED},
            # Without keys of its own: Entra ID alone signs in.
            disable_local_auth=True,
            tags=args.tags,
            opts=self._kept,
        )
        self._runbooks(account, group, self._environments(account, group))
        self._keys(account, group)
        self._roles(account)
        self.account_id = account.id
        self.register_outputs({"account_id": account.id})

    def _environments(
        self, account: automation.AutomationAccount, group: resources.ResourceGroup
    ) -> Mapping[str, automation.RuntimeEnvironment]:
        return {
            environment: automation.RuntimeEnvironment(
                self._args.names.runtime_environment(environment),
                runtime_environment_name=environment,
                automation_account_name=account.name,
                resource_group_name=group.name,
                location=self._args.account.location,
                language=language,
                version=version,
                default_packages=DEFAULT_PACKAGES.get(environment, {}),
                opts=self._kept,
            )
            for environment, (language, version) in RUNTIMES.items()
        }

    def _runbooks(
        self,
        account: automation.AutomationAccount,
        group: resources.ResourceGroup,
        environments: Mapping[str, automation.RuntimeEnvironment],
    ) -> None:
        away, back = SwitchNames(), SwitchNames(back=True)
        for runbook, kind, environment in (
            (away.start, automation.RunbookTypeEnum.POWER_SHELL, POWERSHELL_ENVIRONMENT),
            (back.start, automation.RunbookTypeEnum.POWER_SHELL, POWERSHELL_ENVIRONMENT),
            # Start-AzAutomationRunbook passes parameters by position to this type, and refuses
            # them to the type Python: https://github.com/Azure/azure-powershell,
            # AutomationPSClient.ProcessRunbookParameters.
            (away.switch, automation.RunbookTypeEnum.PYTHON3, PYTHON_ENVIRONMENT),
        ):
            automation.Runbook(
                self._args.names.runbook(runbook),
                runbook_name=runbook,
                automation_account_name=account.name,
                resource_group_name=group.name,
                location=self._args.account.location,
                runbook_type=kind,
                runtime_environment=environments[environment].name,
                draft={},
                description="written by `sparehub replicate`: do not edit",
                tags=self._args.tags,
                # A draft that is being written is not the stack's.
                opts=ResourceOptions.merge(self._kept, ResourceOptions(ignore_changes=["draft"])),
            )

    def _keys(self, account: automation.AutomationAccount, group: resources.ResourceGroup) -> None:
        """Keep the authorization keys of the way that leads here; only this stack has them."""
        for connection, key in self._args.account.authorization_keys.items():
            variable = SwitchNames().key(connection)
            automation.Variable(
                self._args.names.authorization_key(connection),
                variable_name=variable,
                name=variable,
                automation_account_name=account.name,
                resource_group_name=group.name,
                is_encrypted=True,
                # Automation keeps every value as JSON:
                # https://learn.microsoft.com/rest/api/automation/variable/create-or-update
                value=Output.secret(json.dumps(key.get_secret_value())),
                opts=self._kept,
            )

    def _roles(self, account: automation.AutomationAccount) -> None:
        names = self._args.names
        scopes = {
            "account": account.id,
            **{
                key: account.id.apply(partial(_scope, scope))
                for key, scope in self._args.scopes.items()
            },
        }
        subscriptions = Output.all(*scopes.values()).apply(
            lambda found: sorted({f"/subscriptions/{_subscription(each)}" for each in found})
        )
        role = authorization.RoleDefinition(
            names.switch_role,
            role_definition_id=account.id.apply(partial(_guid, RUNBOOK.key)),
            # Unique in a tenant, which may have more than one pair.
            role_name=account.id.apply(
                lambda identity: (
                    f"{RUNBOOK.name} {_subscription(identity)} "
                    f"{self._args.account.resource_group} {self._args.account.name}"
                )
            ),
            description=RUNBOOK.description,
            role_type="CustomRole",
            scope=account.id.apply(lambda identity: f"/subscriptions/{_subscription(identity)}"),
            assignable_scopes=subscriptions,
            permissions=[{"actions": [*RUNBOOK.actions], "not_actions": []}],
            opts=self._kept,
        )
        principal = account.identity.apply(
            lambda identity: identity.principal_id if identity else ""
        )
        for key, scope in scopes.items():
            authorization.RoleAssignment(
                names.switch_role_at(key),
                scope=scope,
                role_assignment_name=Output.all(account.id, scope).apply(
                    lambda ids: _guid(RUNBOOK.key, *ids)
                ),
                principal_id=principal,
                principal_type=authorization.PrincipalType.SERVICE_PRINCIPAL,
                role_definition_id=role.id,
                opts=ResourceOptions.merge(
                    self._kept, ResourceOptions(depends_on=[*self._args.after])
                ),
            )


def _scope(scope: ResourceId, account: str) -> str:
    """Return an id, in the subscription of the account where it has none."""
    return str(scope if scope.subscription else scope.in_subscription(_subscription(account)))


def _subscription(identity: str) -> str:
    return ResourceId.of(identity).subscription


def _guid(*parts: str) -> str:
    """Return a GUID that is the same in every run: Azure takes no other name."""
    return str(uuid5(NAMESPACE_URL, "/".join(part.lower() for part in parts)))
