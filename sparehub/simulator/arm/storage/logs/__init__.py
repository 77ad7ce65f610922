"""The logs: writes and their outcomes; authorizations, where somebody asks for them."""
