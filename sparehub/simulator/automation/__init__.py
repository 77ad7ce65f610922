"""A worker of Automation: it runs the jobs of runbooks, with the account's managed identity."""
