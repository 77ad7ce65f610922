"""Which Azure is spoken to: the one that Pulumi's provider writes to in this environment."""

from pathlib import Path

from sparehub.azure.answers import Azure
from sparehub.azure.client import ArmClient
from sparehub.azure.clouds import cloud_named
from sparehub.azure.credentials import credential_of
from sparehub.azure.local import SUBSCRIPTION, local_azure
from sparehub.azure.settings import Settings


def azure_of(settings: Settings, subscription: str) -> Azure:
    """Return it; nothing is asked yet. ``subscription`` is for its name alone.

    :raises PreflightError: where no cloud has the name that the settings say.
    :raises SignInError: where a way to sign in is chosen and something of it is missing.
    """
    cloud = cloud_named(settings.get("environment"))
    if store := settings.environment.get("SPAREHUB_SIMULATOR"):
        return local_azure(Path(store), settings.get("subscriptionId") or SUBSCRIPTION)
    return ArmClient(
        name=f"subscription {subscription}",
        endpoint=cloud.endpoint,
        scope=cloud.scope,
        credential=credential_of(settings, cloud),
    )
