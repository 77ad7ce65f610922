"""The rows of the catalogue that single values are held to while a file is parsed.

``config.fields`` and ``config.schema`` hold them; their messages name the same ids.
"""

from sparehub.topology.rules.rule import Description


def _shape(identity: str, title: str, why: str) -> Description:
    return Description(id=identity, severity="error", title=title, why=why)


FIELD_RULES = (
    _shape(
        "CONFIG",
        "Keys are known and values of their type",
        "A key that nobody reads would be a setting that nobody made.",
    ),
    _shape(
        "CONFIG",
        "Physical names are short enough and no two things have one",
        "Azure refuses a name that is too long, and writes two things of one name into one.",
    ),
    _shape(
        "VN-04",
        "Address prefixes are written in CIDR notation",
        "Azure takes a prefix in no other form; service tags are not among what a file may say.",
    ),
    _shape(
        "VN-05",
        "Address prefixes have no host bits",
        "Azure refuses a prefix that names an address within it.",
    ),
    _shape(
        "SR-21",
        "Addresses are IPv4",
        "Site Recovery does not replicate IPv6, so a machine would come up without it.",
    ),
    _shape(
        "ER-01",
        "Bandwidths are those that providers offer",
        "A circuit has 50, 100, 200, 500, 1000, 2000, 5000 or 10000 Mbps.",
    ),
    _shape(
        "ER-03",
        "Tier and family are Azure's",
        "A circuit is Local, Standard or Premium, and MeteredData or UnlimitedData.",
    ),
    _shape(
        "ER-10",
        "VLAN and both links of a private peering are given",
        "A private peering has a VLAN of 1 to 4094 and two links, without which there is no SLA.",
    ),
    _shape(
        "ER-11",
        "Peer ASNs have 16 or 32 bits",
        "BGP knows no other.",
    ),
    _shape(
        "ER-22",
        "Routing weights are 0 to 32000",
        "Azure refuses a weight outside.",
    ),
    _shape(
        "GWY-01",
        "Gateway SKUs and scale units are ExpressRoute's",
        "A gateway of another SKU serves no circuit; ErGwScale has 1 to 40 units.",
    ),
    _shape(
        "RT-10",
        "Next hop types are those a user may set",
        "A peering and a service endpoint are next hops that Azure alone sets.",
    ),
)
