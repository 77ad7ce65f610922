"""The schema of a type in azure-native: its token, path and property names."""

from dataclasses import dataclass

VERSION = "3.29.0"
"""The version of azure-native that is simulated."""

GROUP_PATH = "/subscriptions/{subscriptionId}/resourceGroups/{resourceGroupName}"
NETWORK_PATH = f"{GROUP_PATH}/providers/Microsoft.Network"


def words(text: str) -> frozenset[str]:
    """Return the words of a text."""
    return frozenset(text.split())


COMMON = words("azureApiVersion etag name provisioningState type")
"""Read-only properties that every answer of Microsoft.Network has."""


@dataclass(frozen=True, kw_only=True)
class Schema:
    """One type of azure-native."""

    type: str
    """The type token without package and version, such as ``network:Subnet``."""
    path: str
    """The ARM path; its parameters are inputs, and changing one replaces the resource."""
    name: str
    """The input that names the resource."""
    random_name: bool
    """Whether an automatic name gets a random suffix; a child's does not."""
    inputs: frozenset[str]
    """Members of the request body."""
    outputs: frozenset[str]
    """Read-only members."""
    required: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    """Inline collections of children: not in the inputs, they are read and sent back."""
    computed: frozenset[str] = frozenset()
    """Inputs that Azure changes by itself: no drift."""
    defaults: tuple[tuple[str, bool | str], ...] = ()
    """Inputs whose default the API's specification names: adding one with it changes nothing."""
    fixed_location: bool = False
    """Whether a change of ``location`` replaces the resource."""
    query: tuple[str, ...] = ()
    """Inputs that go into the query of a PUT."""
    whole: bool = False
    """Whether ``properties`` is one input, and not lifted up."""
    both: frozenset[str] = frozenset()
    """Members of such ``properties`` that are inputs and outputs alike, or paths to them: a
    refresh sees these."""
    sku_inside: bool = False
    """Whether ``sku`` is one of ARM's ``properties``."""
    renamed: tuple[tuple[str, str], ...] = ()
    """Inputs that ARM calls otherwise."""
    inside: tuple[str, tuple[str, ...]] = ("", ())
    """A member of ``properties``, and the inputs that are inside it."""
    api_version: str = "2024-05-01"

    @property
    def path_parameters(self) -> tuple[str, ...]:
        """The inputs in the path, the resource's own name last."""
        parts = self.path.replace("{subscriptionId}", "").split("{")[1:]
        return tuple(part.split("}")[0] for part in parts)

    @property
    def located(self) -> bool:
        """Whether the type has a location of its own."""
        return "location" in self.inputs


def short_token(token: str) -> str:
    """Return ``azure-native:network/v20240501:Subnet`` as ``network:Subnet``."""
    _, module, name = [*token.split(":"), "", ""][:3]
    return f"{module.split('/')[0]}:{name}"
