"""What a stack file may say: the shape of ``Pulumi.<stack>.yaml``, closed and frozen.

Shape only: types, words, ranges, unknown keys. What no single key can answer (overlaps,
containment, what needs what) is checked in :mod:`sparehub.topology.rules`;
``rules.stack_file.parse`` runs both and reports every problem at once. Keys are camelCase in the
file, snake_case here.
"""

from collections.abc import Mapping
from ipaddress import IPv4Address
from typing import Annotated, Any, Literal, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    JsonValue,
    StrictBool,
    model_validator,
)

from sparehub.topology.azure.reserved_subnets import reserved
from sparehub.topology.config.closed_model import Closed, NamedConfig
from sparehub.topology.config.enums import (
    Activation,
    Depth,
    InternetEgress,
    NextHopType,
    NvaKind,
    NvaStandby,
    Prefers,
)
from sparehub.topology.config.express_route import ExpressRouteConfig
from sparehub.topology.config.fields import (
    AddressPrefix,
    AnyResourceId,
    Generation,
    Key,
    Location,
    NatGatewayId,
    NetworkName,
    NetworkSecurityGroupId,
    NextHopId,
    PairedResourceId,
    ResourceGroupName,
    Text,
    parse_address,
    problem_of,
)
from sparehub.topology.config.hooks import Hooks
from sparehub.topology.config.hub_peerings import HubPeeringConfig
from sparehub.topology.config.secrets import SECRET
from sparehub.topology.config.site_recovery import ReplicateConfig, SiteRecoveryConfig

_PROVIDER = "azure-native"
Contexts = Annotated[tuple[Text, ...], Field(min_length=2, max_length=2)]
"""Two contexts."""


class SubnetConfig(Closed):
    """One subnet; its key is its name, because Site Recovery maps subnets by name (SR-09)."""

    address_prefix: AddressPrefix
    # Replicated machines live here: true in a spoke, but for the subnets that Azure reserves.
    protected: StrictBool | None = None
    service_endpoints: tuple[Text, ...] = ()
    network_security_group_id: NetworkSecurityGroupId | None = None
    nat_gateway_id: NatGatewayId | None = None
    # Shared in a spoke, but for the subnets that Azure reserves; in the hub none, but for
    # GatewaySubnet and the NVA's, which have their own.
    route_table: Literal["shared", "none"] | None = None
    inspect: StrictBool = False  # in the hub: traffic in both directions goes through the NVA

    def is_protected(self, name: str, *, spoke: bool) -> bool:
        """Return whether replicated machines live here: in a spoke, where nothing else is said.

        Where Azure keeps a subnet of this name to a service, no machine lives.
        """
        ours = spoke and reserved(name) is None
        return ours if self.protected is None else self.protected

    def shares_table(self, name: str) -> bool:
        """Return whether a subnet of a spoke uses the spokes' route table."""
        if self.route_table is None:
            return reserved(name) is None
        return self.route_table == "shared"


class NvaConfig(Closed):
    """The next hop of the route tables; the machine behind it is built by its owner."""

    ip_address: Annotated[IPv4Address, parse_address]
    subnet: Text = "nva"
    stateful: StrictBool = True
    kind: NvaKind = NvaKind.APPLIANCE
    # The machine, load balancer or Azure Firewall that has the address; looked for where absent.
    id: NextHopId | None = None
    standby: NvaStandby = NvaStandby.RUNNING
    internet_egress: InternetEgress = InternetEgress.DIRECT


class NetworkConfig(NamedConfig):
    """A virtual network: what hub and spoke have in common."""

    address_space: Annotated[tuple[AddressPrefix, ...], Field(min_length=1)]
    subnets: Annotated[dict[Key, SubnetConfig], Field(min_length=1)]
    dns_servers: tuple[Annotated[IPv4Address, parse_address], ...] | None = None


class HubConfig(NetworkConfig):
    """The hub: the NVA's subnet, the GatewaySubnet, and the operator's other subnets."""

    nva: NvaConfig
    peerings: dict[Key, HubPeeringConfig] = Field(default_factory=dict)


class SpokeConfig(NetworkConfig):
    """A spoke, peered with the hub in both directions."""

    standby: Literal["withheld", "connected"] = "withheld"
    # In use while the region is on standby, too: of addresses that the other region has not.
    always_on: StrictBool = False
    hub_to_spoke: NamedConfig = NamedConfig()
    spoke_to_hub: NamedConfig = NamedConfig()

    @property
    def stays_connected(self) -> bool:
        """Whether it uses the gateway of a region that is on standby at depth ``connection``."""
        return self.always_on or self.standby == "connected"

    def is_protected(self, subnet: str) -> bool:
        """Return whether machines of a subnet are replicated; of an alwaysOn spoke none are."""
        return self.subnets[subnet].is_protected(subnet, spoke=not self.always_on)


class OnPremisesConfig(Closed):
    """The datacenter at the other end."""

    address_prefixes: tuple[AddressPrefix, ...]
    prefers: Prefers = Prefers.NONE


class StandbyConfig(Closed):
    """How the region stands by."""

    depth: Depth = Depth.GATEWAY


class RouteTableConfig(NamedConfig):
    """A route table; its routes may have names of their own, too, by their prefixes."""

    route_names: dict[AddressPrefix, NetworkName] = Field(default_factory=dict)


class RouteTablesConfig(Closed):
    """The route tables, where they are to have names of their own."""

    spokes: RouteTableConfig = RouteTableConfig()
    gateway: RouteTableConfig = RouteTableConfig()
    nva: RouteTableConfig = RouteTableConfig()
    inspected: RouteTableConfig = RouteTableConfig()


class RouteConfig(Closed):
    """One more user route; an address where the next hop is a virtual appliance (RT-12)."""

    address_prefix: AddressPrefix
    next_hop_type: NextHopType
    next_hop_ip_address: Annotated[IPv4Address, parse_address] | None = None


class RoutesConfig(Closed):
    """User routes beside those that follow from the region, by table."""

    spokes: tuple[RouteConfig, ...] = ()
    gateway: tuple[RouteConfig, ...] = ()
    nva: tuple[RouteConfig, ...] = ()


class DrillBastionConfig(Closed):
    """The network from which testers reach the machines of a drill: AzureBastionSubnet, no more."""

    address_prefix: AddressPrefix


class DrillConfig(Closed):
    """The test networks of a drill: of which spokes, and in which range (SR-27)."""

    spokes: Annotated[tuple[Key, ...], Field(min_length=1)] | None = None  # every one where absent
    # Taken in pieces of the spokes' own sizes; the spokes' own addresses where absent.
    address_space: Annotated[tuple[AddressPrefix, ...], Field(min_length=1)] | None = None
    connect: StrictBool = False  # the test networks are peered with each other
    # Instead of the spokes' own servers, moved as the spokes are.
    dns_servers: tuple[Annotated[IPv4Address, parse_address], ...] | None = None
    bastion: DrillBastionConfig | None = None


class IntentConfig(Closed):
    """What must be true of two contexts; ``*`` stands for anything.

    A context is named by the role of its region, such as ``active/spoke1/app`` and
    ``standby/hub/nva``, or by its stack, such as ``primary/spoke1/app``; besides there are
    ``on-premises`` and ``internet``.
    """

    reach: Contexts | None = None
    isolate: Contexts | None = None
    through: Literal["nva"] | None = None
    between: Contexts | None = None  # with through
    states: Annotated[tuple[Text, ...], Field(min_length=1)] | None = None

    @model_validator(mode="after")
    def _one_of_three(self) -> Self:
        given = [self.reach, self.isolate, self.between]
        if sum(each is not None for each in given) != 1 or bool(self.through) != bool(self.between):
            text = "must say one of reach, isolate, or through with between"
            raise problem_of("CONFIG", text)
        return self


class RegionConfig(Closed):
    """``sparehub:region``: one Azure region, which is one stack."""

    name: Key | None = None  # last word of every physical name; the location where absent
    resource_group: ResourceGroupName | None = None
    tags: dict[Text, str] = Field(default_factory=dict)
    dns_servers: tuple[Annotated[IPv4Address, parse_address], ...] = ()  # of hub and spokes
    hub: HubConfig
    spokes: dict[Key, SpokeConfig] = Field(default_factory=dict)
    route_tables: RouteTablesConfig = RouteTablesConfig()
    express_route: ExpressRouteConfig
    on_premises: OnPremisesConfig
    standby: StandbyConfig = StandbyConfig()
    routes: RoutesConfig = RoutesConfig()
    # What `sparehub derive` moved: the other region's prefix, and the one that stands for it here.
    remap: dict[AddressPrefix, AddressPrefix] = Field(default_factory=dict)
    drill: DrillConfig = DrillConfig()
    # What stands here for a service of the other region that has a private endpoint: its id. Where
    # nothing of such a service, or of a private DNS zone, is needed here: none.
    paired_resources: dict[AnyResourceId, PairedResourceId] = Field(default_factory=dict)
    # Without any of the pair: what the source document promises (``reachability.intents``).
    intents: tuple[IntentConfig, ...] = ()
    # Site Recovery: what is replicated from here, and how the other region's machines arrive here.
    replicate: ReplicateConfig | None = None
    site_recovery: SiteRecoveryConfig | None = None
    # What is done before and after steps of a failover or failback.
    hooks: Hooks = ()


class StackConfig(BaseModel):
    """Everything that one stack file says to Sparehub, under the keys that it uses there."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    location: Annotated[Location, Field(alias="azure-native:location")]
    activation: Annotated[Activation, Field(alias="sparehub:activation")] = Activation.STANDBY
    region: Annotated[RegionConfig, Field(alias="sparehub:region")]
    drill: Annotated[bool, Field(alias="sparehub:drill")] = False  # the test networks stand
    # On standby as if live, but for the connections: until another region has taken over.
    disconnected: Annotated[bool, Field(alias="sparehub:disconnected")] = False
    # Which switch of the live region this file belongs to; 0 where the key is absent.
    generation: Annotated[Generation, Field(alias="sparehub:generation")] = 0
    paired_stack: Annotated[str, Field(alias="sparehub:pairedStack")] = ""
    override_interlock: Annotated[str, Field(alias="sparehub:overrideInterlock")] = ""
    # Warnings that somebody has read: the reason by the id of the rule.
    ignored_rules: dict[Text, Text] = Field(default_factory=dict, alias="sparehub:ignoredRules")
    # Every other `azure-native:*` key, without that prefix: `subscriptionId`, `tenantId`.
    provider: dict[Text, JsonValue] = Field(default_factory=dict, alias=_PROVIDER)

    @model_validator(mode="before")
    @classmethod
    def _gather_provider(cls, values: Any) -> Any:  # noqa: ANN401 - any YAML value
        if not isinstance(values, Mapping):
            return values
        location = cls.model_fields["location"].alias
        keys = [key for key in values if key != location and key.startswith(f"{_PROVIDER}:")]
        gathered = {key.removeprefix(f"{_PROVIDER}:"): values[key] for key in keys}
        rest = {key: value for key, value in values.items() if key not in keys}
        return rest | ({_PROVIDER: gathered} if gathered else {})

    @property
    def subscription(self) -> str:
        """The subscription that the file names; empty where it names none, or a secret one."""
        return self._named("subscriptionId")

    @property
    def tenant(self) -> str:
        """The tenant that the file names; empty where it names none, or a secret one."""
        return self._named("tenantId")

    def _named(self, key: str) -> str:
        value = str(self.provider.get(key) or "")
        return "" if value == SECRET else value
