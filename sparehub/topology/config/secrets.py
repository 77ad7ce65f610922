"""Secrets in the keys of a stack file: encrypted by Pulumi, and allowed in one place only."""

from collections.abc import Iterator, Mapping
from typing import Any

from sparehub.topology.errors import Problem

SECRET = "[secret]"  # noqa: S105 - what stands for a secret whose value is not read here
_OF_PROVIDER = (
    "azure-native:clientCertificatePassword",
    "azure-native:clientSecret",
    "azure-native:oidcRequestToken",
    "azure-native:oidcToken",
)
"""Keys of the Azure provider that hold secrets, also where they are in clear:
https://www.pulumi.com/registry/packages/azure-native/installation-configuration/"""


def is_secret(value: object) -> bool:
    """Return whether a value is one that Pulumi encrypted: ``{secure: ...}``."""
    return (
        isinstance(value, Mapping) and set(value) == {"secure"} and isinstance(value["secure"], str)
    )


def secret_problems(value: object, path: str) -> Iterator[Problem]:
    """Yield secrets that are in clear, and secrets where Pulumi would not keep them secret."""
    key = path.rsplit(".", maxsplit=1)[-1]
    if is_secret(value):
        if key != "authorizationKey":
            message = "a secret here would be stored in clear; only authorizationKey is one"
            yield Problem(path, message)
    elif isinstance(value, Mapping):
        for name, each in value.items():
            yield from secret_problems(each, f"{path}.{name}")
    elif isinstance(value, list):
        for number, each in enumerate(value):
            yield from secret_problems(each, f"{path}[{number}]")
    elif key == "authorizationKey" and value is not None:
        message = f"is not encrypted: `pulumi config set --secret --path 'sparehub:{path}'`"
        yield Problem(path, message)


def without_secrets(value: Any) -> Any:  # noqa: ANN401 - any YAML value
    """Return a value in which each secret is replaced by a word that says so.

    A secret is what Pulumi encrypted, what a project file declares as one (``secret: true``), and
    what stands at a key of the Azure provider that holds one.
    """
    if is_secret(value) or (isinstance(value, Mapping) and value.get("secret") is True):
        return SECRET
    if isinstance(value, Mapping):
        return {
            str(key): SECRET if key in _OF_PROVIDER else without_secrets(each)
            for key, each in value.items()
        }
    if isinstance(value, list):
        return [without_secrets(each) for each in value]
    return value
