"""The record of the switch that a stack was deployed with."""

from dataclasses import dataclass

from pulumi import ComponentResource, ResourceOptions

from sparehub.topology.state.generation import SWITCH_TYPE


@dataclass(frozen=True, kw_only=True)
class SwitchRecordArgs:
    """Arguments of :class:`SwitchRecord`."""

    generation: int
    activation: str
    operation: str
    """The id of the failover or failback that deploys; empty for any other deployment."""


class SwitchRecord(ComponentResource):
    """Generation, activation and operation of a deployment, kept in the state and nowhere else.

    Registered before any other resource: Pulumi records a component's outputs at once, those of the
    stack only when everything else is done. So a deployment that fails is known by what it was for.
    It is protected: `pulumi destroy` stops at it, as at the guard.
    """

    def __init__(
        self, name: str, args: SwitchRecordArgs, opts: ResourceOptions | None = None
    ) -> None:
        protected = ResourceOptions.merge(opts, ResourceOptions(protect=True))
        super().__init__(SWITCH_TYPE, name, {}, protected)
        self.register_outputs(
            {
                "generation": args.generation,
                "activation": args.activation,
                "operation": args.operation,
            }
        )
