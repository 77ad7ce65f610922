"""Role definitions: the ids of Azure's own, and Sparehub's custom ones with the least actions."""
