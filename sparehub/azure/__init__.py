"""Client of Azure Resource Manager: sign-in, requests with retries, lists and states."""
