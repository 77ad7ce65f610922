"""Address ranges that mean something to Azure: the default route, private and forbidden ranges."""

from ipaddress import IPv4Address, IPv4Network

DEFAULT_ROUTE = IPv4Network("0.0.0.0/0")
"""The prefix of a default route."""
PRIVATE_RANGES = tuple(
    IPv4Network(prefix)
    for prefix in ("10.0.0.0/8", "100.64.0.0/10", "172.16.0.0/12", "192.168.0.0/16")
)
"""RT-01: RFC 1918 and 100.64.0.0/10, which a network drops without a route that is longer."""
FORBIDDEN_RANGES = tuple(
    IPv4Network(prefix)
    for prefix in (
        "224.0.0.0/4",
        "255.255.255.255/32",
        "127.0.0.0/8",
        "169.254.0.0/16",
        "168.63.129.16/32",
    )
)
"""VN-03: multicast, broadcast, loopback, link-local, and Azure's own address."""
_FIRST_ADDRESSES = 4


def is_reserved(address: IPv4Address, subnet: IPv4Network) -> bool:
    """Return whether Azure keeps an address of a subnet: the first four and the last (VN-01)."""
    offset = int(address) - int(subnet.network_address)
    return address in subnet and (offset < _FIRST_ADDRESSES or address == subnet.broadcast_address)
