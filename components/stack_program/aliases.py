"""The aliases that pulumi_azure_native sends with every resource, and how to do without them."""

import pulumi
from pulumi import Alias, ResourceTransformationArgs, ResourceTransformationResult


def drop_version_aliases() -> None:
    """Drop the aliases that name other API versions, for every azure-native resource.

    pulumi_azure_native sends about 60 of them with each resource, for state written under another
    API version; without them `pulumi preview` of 400 resources takes a quarter of the time, and of
    2,000 a tenth (``docs/benchmarks.md``). Aliases of the program's own stay. Call it once, before
    the first resource. State written by another API version needs one `pulumi up` with the variable
    ``SPAREHUB_KEEP_VERSION_ALIASES`` set, which leaves them in.
    """
    pulumi.runtime.register_stack_transformation(_without_version_aliases)


def _without_version_aliases(
    args: ResourceTransformationArgs,
) -> ResourceTransformationResult | None:
    if not (args.type_.startswith("azure-native:") and args.opts.aliases):
        return None
    args.opts.aliases = [
        alias
        for alias in args.opts.aliases
        if not (isinstance(alias, Alias) and isinstance(alias.type_, str) and "/v20" in alias.type_)
    ]
    return ResourceTransformationResult(args.props, args.opts)
