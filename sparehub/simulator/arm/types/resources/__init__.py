"""Types of Microsoft.Resources beside groups: deployments of templates."""
