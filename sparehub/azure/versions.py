"""The API version of each resource provider."""

from collections.abc import Mapping
from types import MappingProxyType

_NETWORK = "microsoft.network"
_RESOURCES = "microsoft.resources"
_VERSIONS: Mapping[str, str] = MappingProxyType(
    {
        _NETWORK: "2024-05-01",
        "microsoft.compute": "2024-07-01",
        "microsoft.policyinsights": "2024-10-01",
        "microsoft.recoveryservices": "2024-10-01",
        "microsoft.storage": "2023-05-01",
        _RESOURCES: "2021-04-01",
        "microsoft.resourcegraph": "2022-10-01",
        "microsoft.authorization": "2022-04-01",
        "microsoft.authorization/locks": "2020-05-01",
        "microsoft.automation": "2024-10-23",
    }
)
"""By provider, or by type where it has its own. The network's is that of the pinned azure-native;
the others: https://github.com/Azure/azure-rest-api-specs, read 2026-11-30."""


def version_of(url_path: str) -> str:
    """Return the API version for the path of a URL: an id, or what goes on after one."""
    words = url_path.lower().split("/")
    last = max((number for number, word in enumerate(words) if word == "providers"), default=None)
    if last is None or last + 1 >= len(words):
        return _VERSIONS[_RESOURCES]
    type_name = "/".join(words[last + 1 : last + 3])
    return _VERSIONS.get(type_name) or _VERSIONS.get(words[last + 1], _VERSIONS[_RESOURCES])
