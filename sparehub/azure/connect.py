"""Connects to the Azure that Pulumi's provider writes to in this environment."""

from sparehub.azure.answers import Azure
from sparehub.azure.settings import LOCAL_SUBSCRIPTION, Settings


def azure_of(settings: Settings, subscription: str) -> Azure:
    """Return the client, without a request. ``subscription`` is only for its name.

    Raises:
        PreflightError: No cloud has the name in the settings.
        SignInError: A setting of the chosen way to sign in is missing.
    """
    # Microsoft's packages take half a second to load; only commands that use Azure load them.
    from sparehub.azure.client import ArmClient  # noqa: PLC0415
    from sparehub.azure.clouds import cloud_named  # noqa: PLC0415
    from sparehub.azure.credentials import credential_of  # noqa: PLC0415
    from sparehub.azure.local import local_azure  # noqa: PLC0415

    cloud = cloud_named(settings.get("environment"))
    if settings.store:
        return local_azure(settings.store, settings.get("subscriptionId") or LOCAL_SUBSCRIPTION)
    return ArmClient(
        name=f"subscription {subscription}",
        endpoint=cloud.endpoint,
        scope=cloud.scope,
        credential=credential_of(settings, cloud),
    )
