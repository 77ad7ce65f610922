"""What keeps `pulumi destroy` from a stack whose network is in use."""

from collections.abc import Sequence

from pulumi import ComponentResource, Resource, ResourceOptions


class DestroyGuard(ComponentResource):
    """A protected component, no resource of Azure, that depends on everything else of its stack.

    `pulumi destroy` does not run the program, deletes what nothing depends on first, and asks
    whether a resource is protected only when its turn has come: connections and peerings would be
    gone before it meets a protected gateway. The guard comes before all of them. Its deletion
    fails, and Pulumi then leaves alone whatever it depends on, directly or not.

    ``args`` are what it depends on; a component stands for every resource in it. All of them are
    named, not only those on which no other depends: a refresh takes out of a state what is gone in
    Azure, and whatever only that led to would be left unguarded. An update may still delete any of
    them, as the switch deletes the connection: the guard then is registered without it.
    """

    def __init__(
        self, name: str, args: Sequence[Resource], opts: ResourceOptions | None = None
    ) -> None:
        guarding = ResourceOptions(protect=True, depends_on=[*args])
        super().__init__(
            "sparehub:network:DestroyGuard", name, {}, ResourceOptions.merge(opts, guarding)
        )
        self.register_outputs({})
