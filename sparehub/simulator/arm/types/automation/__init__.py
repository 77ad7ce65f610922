"""Types of Microsoft.Automation: accounts, runbooks, jobs, variables, runtime environments."""
