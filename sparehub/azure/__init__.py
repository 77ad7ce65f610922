"""Azure Resource Manager, through Microsoft's pipeline: sign-in, requests, what is read back."""
