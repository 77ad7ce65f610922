"""The storage account through which the disks of replicated machines are copied."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from pulumi import ComponentResource, Input, Output, ResourceOptions
from pulumi_azure_native import storage

from sparehub.topology.model.recovery.resources import CacheStorageAccount


@dataclass(frozen=True, kw_only=True)
class CacheAccountArgs:
    """Arguments of :class:`CacheAccount`."""

    resource_group_name: Input[str]
    location: Input[str]
    """Of the machines that are replicated (SR-05)."""
    account: CacheStorageAccount
    tags: Mapping[str, Input[str]] = field(default_factory=dict)


class CacheAccount(ComponentResource):
    """The storage account through which the disks of a region's machines are copied.

    General purpose v2, without soft delete and without public blobs (SR-05,
    https://learn.microsoft.com/azure/site-recovery/azure-to-azure-support-matrix). An account with
    an id is owned elsewhere: nothing is made.
    """

    account_id: Output[str]

    def __init__(
        self, name: str, args: CacheAccountArgs, opts: ResourceOptions | None = None
    ) -> None:
        super().__init__("sparehub:recovery:CacheAccount", name, {}, opts)
        if args.account.id:
            self.account_id = Output.from_input(args.account.id)
        else:
            self.account_id = storage.StorageAccount(
                f"{name}/account",
                account_name=args.account.name,
                resource_group_name=args.resource_group_name,
                location=args.location,
                kind=storage.Kind.STORAGE_V2,
                sku={"name": storage.SkuName.STANDARD_LRS},
                enable_https_traffic_only=True,
                minimum_tls_version=storage.MinimumTlsVersion.TLS1_2,
                allow_blob_public_access=False,
                allow_shared_key_access=args.account.key_access,
                tags=args.tags,
                opts=ResourceOptions(parent=self, protect=True),
            ).id
        self.register_outputs({"account_id": self.account_id})
