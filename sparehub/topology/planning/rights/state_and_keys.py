"""Where Pulumi keeps the state and the key of the secrets, as far as the files say it.

Both are needed when a region is lost, so neither may lie in one of the two. Their URLs name a
storage account or a vault, and no region.
https://www.pulumi.com/docs/iac/concepts/state-and-backends/ and
https://www.pulumi.com/docs/iac/concepts/secrets/#available-encryption-providers
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

STORAGE, VAULT = "microsoft.storage/storageaccounts", "microsoft.keyvault/vaults"


@dataclass(frozen=True, kw_only=True, order=True)
class Keeper:
    """A storage account or vault that has the state or a key."""

    type: str
    """In lower case."""
    name: str
    what: str
    """What it keeps, for a person."""


def keeper_of_state(backend: str) -> Keeper | None:
    """Return the storage account of a backend's URL; None where it is another kind of backend."""
    url = urlsplit(backend)
    names = parse_qs(url.query).get("storage_account", [])
    if url.scheme != "azblob" or not names:
        return None
    return Keeper(type=STORAGE, name=names[0], what="Pulumi's state")


def keeper_of_key(provider: str, stack: str) -> Keeper | None:
    """Return the vault of a stack's secrets provider; None where it is another kind."""
    url = urlsplit(provider)
    name = url.netloc.partition(".")[0]
    if url.scheme != "azurekeyvault" or not name:
        return None
    return Keeper(type=VAULT, name=name, what=f"the key of {stack}'s secrets")


def keepers(
    project: Mapping[str, object], stacks: Mapping[str, Mapping[str, object]]
) -> tuple[Keeper, ...]:
    """Return what ``Pulumi.yaml`` and the stack files name, sorted."""
    backend = project.get("backend")
    url = backend.get("url") if isinstance(backend, Mapping) else None
    found = [keeper_of_state(str(url or ""))]
    for name, content in stacks.items():
        found.append(keeper_of_key(str(content.get("secretsprovider") or ""), name))
    return tuple(sorted(each for each in found if each))


def misplaced(
    kept: tuple[Keeper, ...], locations: Mapping[tuple[str, str], str], regions: Mapping[str, str]
) -> Iterator[str]:
    """Yield what lies in one of the two regions, or of which that is unknown, for a person.

    Args:
        kept: where state and keys are.
        locations: the region of each resource that Azure shows, by type and name in lower case.
        regions: the region of each stack.
    """
    for each in kept:
        place = locations.get((each.type, each.name.lower()))
        there = [stack for stack, region in regions.items() if region == place]
        if place is None:
            yield f"{each.what} is in {each.name}, whose region this login does not see"
        elif there:
            yield (
                f"{each.what} is in {each.name} in {place}, the region of {there[0]}: if that is "
                "lost, nothing can be deployed; move it to a third region (docs/rights.md)"
            )
