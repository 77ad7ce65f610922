"""Deployments of templates to a resource group."""

from typing import ClassVar

from sparehub.simulator.arm.http_messages import JsonObject
from sparehub.simulator.arm.storage.clock import date_text
from sparehub.simulator.arm.storage.deterministic_ids import guid
from sparehub.simulator.arm.storage.transaction import Resource, Transaction
from sparehub.simulator.arm.types.base import AnswerStyle, Durations, ResourceType, Write
from sparehub.simulator.arm.types.body_schema import Spec
from sparehub.simulator.arm.types.resources.template import resources_of

DEPLOYMENT = "Microsoft.Resources/deployments"


class Deployment(ResourceType):
    """A deployment: it writes what its template says. Deleting it deletes nothing else."""

    name = DEPLOYMENT
    answers = AnswerStyle.DEPLOYMENT
    accepts: ClassVar[Spec] = {"mode": str, "parameters": dict, "template": dict}
    seconds = Durations(create=10, update=10, delete=1)
    state_during_write = "Accepted"
    verb = "PutDeploymentOperation"

    @property
    def body(self) -> Spec:
        """The schema of a PUT."""
        return {"location": str, "tags": dict, "properties": self.accepts}

    def check(self, write: Write) -> None:
        """Refuse a template that cannot be evaluated, before anything is written."""
        resources_of(write.properties, write.id.group, write.location)

    def compute(self, write: Write) -> JsonObject:
        """Return what a GET shows."""
        return {
            "mode": write.properties.get("mode", "Incremental"),
            "parameters": write.properties.get("parameters", {}),
            "timestamp": date_text(write.now),
            "duration": "PT10S",
            "correlationId": guid("deployment", write.id.key, write.now),
            "providers": [],
            "dependencies": [],
            "templateHash": guid("template", str(write.properties.get("template"))),
        }

    def after_put(self, write: Write, resource: Resource) -> None:
        """Write the resources of the template."""
        written = resources_of(write.properties, write.id.group, write.location)
        for found in written:
            write.children.put(found.id, found.body)
        resource.document["properties"]["outputResources"] = [
            {"id": found.id.text} for found in written
        ]
        write.transaction.put(resource)

    def render(
        self, transaction: Transaction, resource: Resource, *, provisioned: bool
    ) -> JsonObject:
        """Return the deployment; what it wrote is shown once it is provisioned."""
        del transaction
        hidden = () if provisioned else ("outputResources", "duration")
        return {name: value for name, value in resource.properties.items() if name not in hidden}
