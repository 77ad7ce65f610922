"""Python packages that only some commands need, and the extras that install them."""

EXTRAS = {
    "azure": "azure",
    "azure.mgmt.recoveryservicessiterecovery": "siterecovery",
    "cryptography": "azure",
    "jwt": "azure",
    "requests": "azure",
    "urllib3": "azure",
    "pulumi": "pulumi",
    "pulumi_azure_native": "pulumi",
    "google": "simulator",
    "grpc": "simulator",
    "h11": "simulator",
    "starlette": "simulator",
    "tree_sitter": "simulator",
    "tree_sitter_powershell": "simulator",
    "uvicorn": "simulator",
}
"""The extra of each import name: ``optional-dependencies`` of ``pyproject.toml``."""


def missing_extra(error: ModuleNotFoundError) -> str | None:
    """Return the message about a package that is not installed; None where no extra has it."""
    name = error.name or ""
    package = name if name in EXTRAS else name.partition(".")[0]
    extra = EXTRAS.get(package)
    if extra is None:
        return None
    return (
        f"this command needs the Python package {package!r}, which is not installed: "
        f"pip install 'sparehub[{extra}]'"
    )
