"""Rules of single values, as rows of the catalogue.

``config.fields`` and ``config.schema`` check them while a file is parsed, with the same ids.
"""

from sparehub.topology.rules.rule import Description


def _field_rule(identity: str, title: str, why: str) -> Description:
    return Description(id=identity, severity="error", title=title, why=why)


FIELD_RULES = (
    _field_rule(
        "CONFIG",
        "Keys are known and values of their type",
        "An unknown key would be a setting without effect.",
    ),
    _field_rule(
        "CONFIG",
        "Physical names are short enough and unique",
        "Azure refuses a long name, and takes two resources of one name for one resource.",
    ),
    _field_rule(
        "VN-04",
        "Address prefixes are written in CIDR notation",
        "Azure accepts no other form; a stack file cannot name service tags.",
    ),
    _field_rule(
        "VN-05",
        "Address prefixes have no host bits",
        "Azure refuses a prefix with bits after the prefix length.",
    ),
    _field_rule(
        "SR-21",
        "Addresses are IPv4",
        "Site Recovery does not replicate IPv6, so a machine would start without it.",
    ),
    _field_rule(
        "ER-01",
        "Bandwidths are values that providers offer",
        "A circuit has 50, 100, 200, 500, 1000, 2000, 5000 or 10000 Mbps.",
    ),
    _field_rule(
        "ER-03",
        "Tier and family are values of Azure",
        "A circuit is Local, Standard or Premium, and MeteredData or UnlimitedData.",
    ),
    _field_rule(
        "ER-10",
        "A private peering has a VLAN and two links",
        "A VLAN is 1 to 4094, and a peering without two links has no SLA.",
    ),
    _field_rule(
        "ER-11",
        "Peer ASNs have 16 or 32 bits",
        "BGP has no other ASNs.",
    ),
    _field_rule(
        "ER-22",
        "Routing weights are 0 to 32000",
        "Azure refuses other weights.",
    ),
    _field_rule(
        "GWY-01",
        "Gateway SKUs and scale units are values of ExpressRoute",
        "A gateway of another SKU has no circuits; ErGwScale has 1 to 40 units.",
    ),
    _field_rule(
        "RT-10",
        "Next hop types are those that a user may set",
        "Azure alone sets the next hop types of peerings and service endpoints.",
    ),
)
