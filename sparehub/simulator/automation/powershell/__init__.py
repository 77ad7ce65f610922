"""PowerShell as far as Sparehub's runbook uses it: no other PowerShell is interpreted."""
