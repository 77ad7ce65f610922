"""What keeps `pulumi destroy` from a stack whose network is in use."""

from collections.abc import Sequence

from pulumi import ComponentResource, Resource, ResourceOptions


class DestroyGuard(ComponentResource):
    """A protected component, not a resource of Azure, that depends on the rest of its stack.

    `pulumi destroy` does not run the program, deletes what nothing depends on first, and asks
    whether a resource is protected only when its turn has come: connections and peerings would be
    gone before it meets a protected gateway. The guard comes before all of them. Its deletion
    fails, and Pulumi then deletes nothing that it depends on, directly or not.

    ``args`` are what it depends on. A component includes every resource in it. All of them are
    named, not only those on which no other depends: a refresh removes from the state what is gone
    in Azure, and a resource reached only through that would lose its guard. An update may still
    delete any of them, as the switch deletes the connection: then the guard is registered without.
    """

    def __init__(
        self, name: str, args: Sequence[Resource], opts: ResourceOptions | None = None
    ) -> None:
        guarding = ResourceOptions(protect=True, depends_on=[*args])
        super().__init__(
            "sparehub:network:DestroyGuard", name, {}, ResourceOptions.merge(opts, guarding)
        )
        self.register_outputs({})
