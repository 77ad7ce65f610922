"""Storage accounts, as far as Site Recovery's cache needs them, and who may use them."""
