"""ExpressRoute connectivity providers and what they offer: data.

Names as the service lists them (``GET .../Microsoft.Network/expressRouteServiceProviders``, 2021);
all of them offer the same bandwidths.
"""

from sparehub.simulator.arm.data.geography import peering_locations
from sparehub.simulator.arm.http_messages import JsonObject

_TEST = ("microsoft er test", "area51")

SERVICE_PROVIDERS = "Microsoft.Network/expressRouteServiceProviders"
_GBPS = 1000
BANDWIDTHS_IN_MBPS = (50, 100, 200, 500, 1000, 2000, 5000, 10000)

_PROVIDERS = """
AARNet; Airtel; AIS; Aryaka Networks; Ascenty; AT&T; AT&T Netbond; AtTokyo; BBIX; BCX; Bell Canada;
British Telecom; BSNL; C3ntro; CDC; CenturyLink Cloud Connect; Chief Telecom;
China Mobile International; China Telecom Global; China Unicom Global; Chunghwa Telecom; Claro;
Cologix; Colt Ethernet; Colt IPVPN; Comcast; Coresite; DE-CIX; Devoli; DISA SCCA; du datamena; eir;
Epsilon Global Communications; Equinix; Etisalat UAE; euNetworks; FarEasTone; GEANT;
GlobalcloudXchange; GlobalConnect; IIJ; Intelsat; InterCloud; InterCloud for Azure;
Internet Solutions; Internet Solutions - Cloud Connect; Internet2; Interxion; Iron Mountain;
IX Reach; Jaguar Network; Jisc; KINX; Kordia; KPN; KT; Level 3 Communications - Exchange;
Level 3 Communications - IPVPN; LG CNS; Liquid Telecom; Megaport; MTN; Neutrona Networks;
Next Generation Data; NEXTDC; NOS; NTT Communications;
NTT Communications - Flexible InterConnect; NTT EAST; NTT Global DataCenters EMEA;
NTT SmartConnect; Ooredoo Cloudconnect; Optus; Oracle Cloud FastConnect; Orange; Orixcom;
Pacific Northwest Gigapop; Packet; PacketFabric; PCCW Global Limited; RedCLARA; Reliance Jio;
Sejong Telecom; SES; SIFY; SingTel Domestic; SingTel International; SoftBank; Spark NZ; Sprint;
Swisscom; Tata Communications; Telefonica; Telehouse - KDDI; Telenor; Telenor Secure Cloud Connect;
Telia Carrier; Telmex; Telstra Corporation; Telus; Teraco; Time dotCom; TPG Telecom; Transtelco;
UIH; UOLDIVEO; Verizon; Viasat; Vocus Group NZ; Vodafone; Vodafone Idea Limited; Zayo; Zayo Group
"""


def listed() -> list[JsonObject]:
    """Return the providers as ``GET .../expressRouteServiceProviders`` lists them (recorded 2020).

    Which provider is at which peering location changes from month to month: all are at all.
    """
    return [
        {
            "name": name.strip(),
            "id": "/subscriptions//resourceGroups//providers/Microsoft.Network"
            "/expressRouteServiceProviders/",
            "type": SERVICE_PROVIDERS,
            "properties": {
                "provisioningState": "Succeeded",
                "peeringLocations": peering_locations(),
                "bandwidthsOffered": [
                    {"offerName": _offer(mbps), "valueInMbps": mbps} for mbps in BANDWIDTHS_IN_MBPS
                ],
            },
        }
        for name in _PROVIDERS.replace("\n", " ").split(";")
    ]


def _offer(mbps: int) -> str:
    return f"{mbps}Mbps" if mbps < _GBPS else f"{mbps // _GBPS}Gbps"


def is_provider(name: str) -> bool:
    """Return whether ExpressRoute has the provider; case does not matter."""
    return name.lower() in {provider.strip().lower() for provider in _PROVIDERS.split(";")}


def is_test(name: str, peering_location: str) -> bool:
    """Return whether this is Microsoft's own provider for tests, which is in no list.

    It never provisions a circuit and yet lets it have peerings (ER-09; recorded in
    azure-libraries-for-net, 2019).
    """
    return (name.lower(), peering_location.lower()) == _TEST
