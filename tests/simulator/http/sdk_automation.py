"""A runbook by Microsoft's Automation client, and a deployment by its resources client."""

from tests.simulator.arm import site_recovery as asr
from tests.simulator.arm.bodies import Body
from tests.simulator.http.sdk_clients import Clients, call, ended

ACCOUNT = f"{asr.THERE}/providers/Microsoft.Automation/automationAccounts/account"
RUNBOOK = f"{ACCOUNT}/runbooks/switch"
VARIABLE = f"{ACCOUNT}/variables/region"
JOB = f"{ACCOUNT}/jobs/33333333-3333-4333-8333-333333333333"
DEPLOYMENT = f"{asr.THERE}/providers/Microsoft.Resources/deployments/container"
DEPLOYED = f"{asr.PRIMARY}/replicationProtectionContainers/deployed"
TEMPLATE = {
    "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
    "contentVersion": "1.0.0.0",
    "resources": [
        {
            "type": "Microsoft.RecoveryServices/vaults/replicationFabrics"
            "/replicationProtectionContainers",
            "apiVersion": "2024-10-01",
            "name": "vault/primary/deployed",
            "properties": {"providerSpecificInput": [asr.A2A]},
        }
    ],
}


def automate(sdk: Clients) -> Body:
    """Make an account, publish a runbook, set a variable, and run the runbook."""
    of = sdk.automation
    properties = {"sku": {"name": "Basic"}}
    body = {"location": asr.TARGET, "identity": {"type": "SystemAssigned"}}
    account = call(
        of.automation_account.create_or_update, ACCOUNT, body | {"properties": properties}
    )
    kind = {"location": asr.TARGET, "properties": {"runbookType": "PowerShell72"}}
    states = [call(of.runbook.create_or_update, RUNBOOK, kind).properties.state]
    ended(of.runbook_draft.begin_replace_content, RUNBOOK, "Write-Output 'x'")
    ended(of.runbook.begin_publish, RUNBOOK)
    states.append(call(of.runbook.get, RUNBOOK).properties.state)
    plain = {"name": "region", "properties": {"value": '"southeastasia"', "isEncrypted": False}}
    variable = call(of.variable.create_or_update, VARIABLE, plain)
    job = call(of.job.create, JOB, {"properties": {"runbook": {"name": "switch"}}})
    return {
        "account": [account.properties.state, account.identity.type],
        "runbook": states,
        "variable": variable.properties.value,
        "job": job.properties.status,
        "listed": [found.name for found in call(of.job.list_by_automation_account, ACCOUNT)],
    }


def deploy(sdk: Clients) -> Body:
    """Deploy a template with one literal resource, read that, and remove it."""
    body = {"properties": {"mode": "Incremental", "template": TEMPLATE}}
    resources = sdk.resources.resources
    options = {"api_version": "2024-11-01"}
    made = resources.begin_create_or_update_by_id(DEPLOYMENT, body, **options).result()
    containers = sdk.replication.replication_protection_containers
    shown = call(containers.get, DEPLOYED)
    removed = sdk.job(containers.begin_delete, DEPLOYED)
    return {
        "state": made.properties["provisioningState"],
        "resources": [found["id"] for found in made.properties["outputResources"]],
        "container": [shown.name, shown.properties.pairing_status],
        "removed": removed.properties.state,
    }
