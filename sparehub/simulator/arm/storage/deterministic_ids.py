"""Identifiers that are the same in every run: GUIDs, entity tags."""

from hashlib import sha256
from uuid import UUID


def guid(*parts: object) -> str:
    """Return the GUID that belongs to ``parts``, always the same one."""
    digest = sha256("\0".join(str(part) for part in parts).encode()).digest()
    return str(UUID(bytes=digest[:16], version=4))


def etag(key: str, revision: int) -> str:
    """Return the weak entity tag of one revision of a resource, in Azure's spelling."""
    return f'W/"{guid("etag", key, revision)}"'


def fraction(*parts: object) -> float:
    """Return the number from 0 to 1 that belongs to ``parts``, always the same one."""
    digest = sha256("\0".join(str(part) for part in parts).encode()).digest()
    return int.from_bytes(digest[:4]) / 2**32
