"""Finds, installs or builds Pulumi, in this order of preference.

1. The machine's own: ``pulumi`` on PATH together with its language host for Python.
2. Pulumi's installer, by way of its SDK: all of it Pulumi's own. Needs the internet.
3. Built from Pulumi's published Go modules (``go.mod``), with the language host of
   :mod:`engine.language_host` beside it. Needs Go and a module proxy.

What 2 and 3 make is kept for the user, by version, and serves every checkout from then on.
"""

import os
import re
import shutil
import subprocess
from pathlib import Path

from engine.files import replacing
from engine.paths import PULUMI, ROOT, VENV
from engine.report import SetupError, reason, say, step

OLDEST = (3, 205, 0)
"""The first version that streams engine events through the SDK's ``on_event``."""

CLI = "pulumi"
HOST = "pulumi-language-python"
EXECUTOR = "pulumi-language-python-exec"

PROBE = "import urllib.request as r; r.urlopen('https://get.pulumi.com/install.sh', timeout=4)"
INSTALL = """\
import sys
from pulumi.automation import PulumiCommand
from semver import VersionInfo
PulumiCommand.install(root=sys.argv[1], version=VersionInfo.parse(sys.argv[2]))
"""


def pinned_version(go_mod: str) -> str:
    """Returns the version of Pulumi in the text of a go.mod, such as ``3.259.0``."""
    match = re.search(r"github\.com/pulumi/pulumi/pkg/v3 v(\S+)", go_mod)
    if not match:
        raise SetupError("engine/go.mod must require github.com/pulumi/pulumi/pkg/v3")
    return match[1]


def parse_version(text: str) -> tuple[int, ...]:
    """Returns the numbers of what ``pulumi version`` prints, or none."""
    match = re.match(r"v?(\d+)\.(\d+)\.(\d+)", text)
    return tuple(map(int, match.groups())) if match else ()


def find_own(path: str) -> Path | None:
    """Returns the ``pulumi`` of a PATH if its language host is on that PATH or beside it.

    What set-up made, here or in another checkout, is not the machine's own.
    """
    made = (".venv", "pulumi")
    path = os.pathsep.join(e for e in path.split(os.pathsep) if Path(e).parts[-2:] != made)
    cli = shutil.which(CLI, path=path)
    if cli and (Path(cli).resolve().with_name(HOST).exists() or shutil.which(HOST, path=path)):
        return Path(cli)
    return None


def own() -> Path | None:
    """Returns the machine's own ``pulumi``, if there is one and it is new enough."""
    cli = find_own(os.environ.get("PATH", os.defpath))
    if cli is None:
        return None
    ran = subprocess.run(
        [cli, "version"],
        env=os.environ | {"PULUMI_SKIP_UPDATE_CHECK": "true"},
        capture_output=True,
        text=True,
        check=False,
    )
    if parse_version(ran.stdout) >= OLDEST:
        return cli
    say(f"{cli} is left alone: it is older than {'.'.join(map(str, OLDEST))}, or does not run")
    return None


def installed(cache: Path) -> Path:
    """Returns where the executables of Pulumi's installer lie in the cache of a version."""
    return cache / "installed" / "bin"


def built(cache: Path) -> Path:
    """Returns where the executables of the Go build lie in the cache of a version."""
    return cache / "built"


def obtain(cache: Path, version: str) -> None:
    """Puts Pulumi into the cache of a version, unless it is there."""
    if (installed(cache) / HOST).exists() or (built(cache) / EXECUTOR).exists():
        return
    if not install(cache, version):
        build(cache, version)


def install(cache: Path, version: str) -> bool:
    """Tries Pulumi's installer."""
    python = str(VENV / "bin" / "python")
    try:
        subprocess.run([python, "-c", PROBE], capture_output=True, timeout=8, check=True)
    except subprocess.SubprocessError:
        say("no Pulumi on PATH, and no answer from https://get.pulumi.com, where its installer is")
        return False
    try:
        with step(f"Pulumi {version} by its own installer"), replacing(cache / "installed") as root:
            command = [python, "-c", INSTALL, str(root), version]
            subprocess.run(command, capture_output=True, text=True, timeout=900, check=True)
    except subprocess.CalledProcessError as error:
        say(f"Pulumi's installer: {reason(error.stderr)}")
        return False
    except subprocess.TimeoutExpired:
        return False
    return True


def build(cache: Path, version: str) -> None:
    """Builds Pulumi from its Go modules."""
    if not shutil.which("go"):
        raise SetupError(
            "Pulumi cannot be had: install it (https://www.pulumi.com/docs/install), or install "
            "Go 1.25 or newer to build it from its modules (https://go.dev/dl), and try again"
        )
    flags = f"-w -s -X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=v{version}"
    options = ["-trimpath", "-tags=osusergo,grpcnotrace", "-ldflags", flags]
    say("building Pulumi takes some 3 minutes, and is done once for each user")
    with step(f"Pulumi {version} from its Go modules"), replacing(built(cache)) as directory:
        cli = str(directory / CLI)
        go("build", *options, "-o", cli, "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi")
        sdk = go("list", "-m", "-f", "{{.Dir}}", "github.com/pulumi/pulumi/sdk/v3")
        shutil.copyfile(Path(sdk, "python", "cmd", EXECUTOR), directory / EXECUTOR)


def go(*arguments: str) -> str:
    """Runs Go in the module of ``go.mod``; returns what it prints."""
    ran = subprocess.run(
        ["go", *arguments],
        cwd=ROOT / "engine",
        env=os.environ | {"GOFLAGS": "-mod=readonly", "GOWORK": "off"},  # go.mod stays as it is
        capture_output=True,
        text=True,
        check=False,
    )
    if ran.returncode:
        raise SetupError(
            f"go {arguments[0]}: {reason(ran.stderr)}; Pulumi's Go modules need Go 1.25 or newer "
            "and a module proxy: see to that, or install Pulumi, and try again"
        )
    return ran.stdout.strip()


_RUN_HOST = (
    "import sys; sys.path.insert(0, sys.argv.pop(1)); from engine.language_host import main; main()"
)
"""The host is not in the wheel: it is imported from the checkout, wherever the program lies."""


def host_script(version: str) -> str:
    """Returns the text of the executable that runs :mod:`engine.language_host`."""
    return f"""#!/bin/sh
# The language host of `engine/language_host.py` for Pulumi {version}, written by `make setup`.
trap '' INT # until the host is there to handle it
exec '{VENV}/bin/python' -P -c '{_RUN_HOST}' '{ROOT}' "$@"
"""


def recorded(cache: Path, version: str) -> bool:
    """Says whether the checkout already has what the cache holds."""
    if PULUMI.is_symlink():
        return PULUMI.readlink() == installed(cache) and (PULUMI / HOST).exists()
    names = (CLI, HOST, EXECUTOR)
    whole = all((PULUMI / name).exists() for name in names)
    return whole and (PULUMI / HOST).read_text() == host_script(version)


def record(cache: Path, version: str) -> None:
    """Gives the checkout what the cache holds, as :data:`engine.paths.PULUMI`.

    The engine warns at each run when its language host is not beside it, links resolved: so the
    executable itself, by a hard link where that can be.
    """
    with replacing(PULUMI) as directory:
        if (installed(cache) / HOST).exists():
            directory.rmdir()
            directory.symlink_to(installed(cache))
            return
        try:
            os.link(built(cache) / CLI, directory / CLI)
        except OSError:  # another file system
            shutil.copy2(built(cache) / CLI, directory / CLI)
        shutil.copyfile(built(cache) / EXECUTOR, directory / EXECUTOR)
        (directory / HOST).write_text(host_script(version))
        (directory / HOST).chmod(0o755)
