"""Which Azure is spoken to: the one that Pulumi's provider writes to in this environment."""

from sparehub.azure.answers import Azure
from sparehub.azure.settings import LOCAL_SUBSCRIPTION, Settings


def azure_of(settings: Settings, subscription: str) -> Azure:
    """Return it; nothing is asked yet. ``subscription`` is for its name alone.

    Raises:
        PreflightError: where no cloud has the name that the settings say.
        SignInError: where a way to sign in is chosen and something of it is missing.
    """
    # Microsoft's packages take half a second to load: no command that asks nothing waits for them.
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
