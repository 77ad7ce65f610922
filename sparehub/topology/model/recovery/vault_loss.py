"""What cannot be brought back once the region of the vault is lost.

The vault holds the items, the recovery plans and what is known of the recovery points. While its
region is down nothing can be failed over by it (SR-79), and a vault cannot be moved while it has
replicated items: https://learn.microsoft.com/azure/backup/backup-azure-move-recovery-services-vault
"""

from collections.abc import Mapping
from dataclasses import dataclass

from sparehub.topology.model.pair import Stack


@dataclass(frozen=True, kw_only=True)
class VaultLoss:
    """Where the vault of a pair is, and what its loss means."""

    vault: str
    location: str
    """Empty for a vault of somebody else's whose location the file does not say."""
    source: str
    """The location of the machines that are protected."""
    target: str
    """Where they arrive."""

    @property
    def survives_both(self) -> bool:
        """Whether the vault is in neither region of the pair, so that either may be lost."""
        return self.location not in {"", self.source, self.target}

    @property
    def meaning(self) -> str:
        """What cannot be brought back, in a sentence."""
        if not self.location:
            return (
                f"the location of the vault {self.vault} is not known, so it is unknown what is "
                "lost with it: write siteRecovery.vault.location"
            )
        place = f"the vault {self.vault} is in {self.location}"
        if self.survives_both:
            return (
                f"{place}, a third region: it survives the loss of {self.source} and of "
                f"{self.target}. While {self.location} is down, no machine can be failed over in "
                "either direction"
            )
        return (
            f"{place}, where the machines arrive: if that region is lost after a failover and "
            f"re-protection, no machine can be failed over back to {self.source}, because the "
            "vault and its items are lost with it"
        )

    def document(self) -> dict[str, object]:
        """Return it as JSON."""
        return {
            "vault": self.vault,
            "location": self.location or None,
            "survivesBothRegions": self.survives_both,
            "meaning": self.meaning,
        }


def vault_loss(pair: Mapping[str, Stack]) -> VaultLoss | None:
    """Return what the loss of a pair's vault means; None where no machine is replicated."""
    source = next((each for each in pair.values() if each.config.region.replicate), None)
    target = next((each for each in pair.values() if each.config.region.site_recovery), None)
    if source is None or target is None or source is target:
        return None
    said, built = target.config.region.site_recovery, target.region.site_recovery
    if said is None or built is None:
        return None
    unknown = said.vault.id is not None and said.vault.location is None
    return VaultLoss(
        vault=built.vault.name,
        location="" if unknown else built.vault.location,
        source=source.region.location,
        target=target.region.location,
    )
