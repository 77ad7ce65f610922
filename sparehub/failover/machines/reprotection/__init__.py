"""Re-protection: machines that were failed over are replicated the other way."""
