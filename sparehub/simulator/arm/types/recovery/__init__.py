"""Types of Microsoft.RecoveryServices: a vault and what replicates between two regions."""
