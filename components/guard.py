"""What keeps `pulumi destroy` from a stack whose network is in use."""

from collections.abc import Sequence

from pulumi import ComponentResource, Resource, ResourceOptions


class DestroyGuard(ComponentResource):
    """A protected component, no resource of Azure, that depends on everything else of its stack.

    `pulumi destroy` does not run the program, deletes what nothing depends on first, and asks
    whether a resource is protected only when its turn has come: connections and peerings would be
    gone before it meets a protected gateway. The guard comes before all of them. Its deletion
    fails, and Pulumi then leaves alone whatever it depends on, directly or not.

    ``args`` are resources on which no other resource depends; what those depend on is covered by
    them. An update may delete any of them, as the switch deletes the connection: the guard then is
    registered without it.
    """

    def __init__(
        self, name: str, args: Sequence[Resource], opts: ResourceOptions | None = None
    ) -> None:
        guarding = ResourceOptions(protect=True, depends_on=[*args])
        super().__init__(
            "sparehub:network:DestroyGuard", name, {}, ResourceOptions.merge(opts, guarding)
        )
        self.register_outputs({})
