"""Set-up of a checkout: packages, Pulumi, and a replacement for its Python language host."""
