"""The requests of a trial: names, networks, machines; nothing is sent here."""
