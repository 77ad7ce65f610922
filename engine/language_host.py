"""A replacement for ``pulumi-language-python``, for machines without an installed Pulumi.

The engine runs a Python program through a language host: an executable of that name which prints
its port and serves ``pulumirpc.LanguageRuntime``. Pulumi's own is in its installers but not among
its published Go modules, from which ``make setup`` builds the engine. This one serves what
``pulumi preview``, ``up``, ``refresh``, ``destroy``, ``import`` and ``about`` ask for. It runs the
program with ``pulumi-language-python-exec``, which is Pulumi's own. Unlike Pulumi's own host it
names no plugins in advance: the engine looks for a provider at its first resource.

Source: ``proto/pulumi/language.proto`` and ``sdk/python/cmd/pulumi-language-python/main.go`` of
github.com/pulumi/pulumi.
"""

import json
import os
import platform
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import grpc
from google.protobuf.empty_pb2 import Empty

from engine.paths import PULUMI
from engine.stubs import language_pb2, language_pb2_grpc, plugin_pb2

ALREADY_REPORTED = 32
"""Exit code of a program whose error the engine has shown; nothing is to be added to it."""


def environment_of(info: language_pb2.ProgramInfo) -> Path:
    """Returns the virtual environment a program runs in.

    ``runtime.options.virtualenv`` of its Pulumi.yaml names it, relative to that file. Where there
    is none, this host's own is taken, so that a copy of a project's files runs anywhere.
    """
    options = info.options.fields
    if "virtualenv" in options:
        named = Path(info.root_directory, options["virtualenv"].string_value)
        if (named / "bin" / "python").exists():
            return named
    return Path(sys.prefix)


def arguments(request: language_pb2.RunRequest, engine: str) -> list[str]:
    """Returns the command line of the program, for the interpreter of its environment."""
    options = {
        "monitor": request.monitor_address,
        "engine": engine,
        "project": request.project,
        "stack": request.stack,
        "root_directory": request.info.root_directory,
        "pwd": request.pwd,
        "organization": request.organization,
        "dry_run": "true" if request.dryRun else "false",
        "parallel": str(request.parallel),
    }
    flags = [word for name, value in options.items() if value for word in (f"--{name}", value)]
    executor = str(PULUMI / "pulumi-language-python-exec")
    return ["-u", executor, *flags, request.info.entry_point or ".", *request.args]


def variables(request: language_pb2.RunRequest, environment: Path) -> dict[str, str]:
    """Returns the program's environment variables: configuration, and its packages activated."""
    inherited = {name: value for name, value in os.environ.items() if name != "PYTHONHOME"}
    return inherited | {
        "PATH": f"{environment / 'bin'}{os.pathsep}{os.environ.get('PATH', os.defpath)}",
        "VIRTUAL_ENV": str(environment),
        "PULUMI_CONFIG": json.dumps(dict(request.config)),
        "PULUMI_CONFIG_SECRET_KEYS": json.dumps(list(request.configSecretKeys)),
    }


class LanguageHost(language_pb2_grpc.LanguageRuntimeServicer):
    """Runs Python programs for one engine."""

    def __init__(self, engine: str) -> None:
        self._engine = engine

    def Handshake(
        self, _request: object, _context: object
    ) -> language_pb2.LanguageHandshakeResponse:
        """Has nothing to add."""
        return language_pb2.LanguageHandshakeResponse()

    def GetPluginInfo(self, _request: object, _context: object) -> plugin_pb2.PluginInfo:
        """Returns no version, because this host is not one of Pulumi's."""
        return plugin_pb2.PluginInfo()

    def GetRequiredPlugins(
        self, _request: object, _context: object
    ) -> language_pb2.GetRequiredPluginsResponse:
        """Names none."""
        return language_pb2.GetRequiredPluginsResponse()

    def GetRequiredPackages(
        self, _request: object, _context: object
    ) -> language_pb2.GetRequiredPackagesResponse:
        """Names none."""
        return language_pb2.GetRequiredPackagesResponse()

    def About(
        self, request: language_pb2.AboutRequest, _context: object
    ) -> language_pb2.AboutResponse:
        """Says which interpreter runs the program."""
        executable = environment_of(request.info) / "bin" / "python"
        return language_pb2.AboutResponse(
            executable=str(executable), version=platform.python_version()
        )

    def GetProgramDependencies(
        self, request: language_pb2.GetProgramDependenciesRequest, _context: object
    ) -> language_pb2.GetProgramDependenciesResponse:
        """Lists the packages of the program's environment, which must have pip."""
        only = [] if request.transitiveDependencies else ["--not-required"]
        python = environment_of(request.info) / "bin" / "python"
        command = [str(python), "-m", "pip", "list", "--format=json", *only]
        packages = json.loads(subprocess.check_output(command))
        return language_pb2.GetProgramDependenciesResponse(
            dependencies=[
                language_pb2.DependencyInfo(name=package["name"], version=package["version"])
                for package in packages
            ]
        )

    def Cancel(self, _request: object, _context: object) -> Empty:
        """Lets the program end by itself: the engine refuses what it registers from now on."""
        return Empty()

    def Run(self, request: language_pb2.RunRequest, _context: object) -> language_pb2.RunResponse:
        """Runs the program to its end; its output goes to the engine by way of ours."""
        environment = environment_of(request.info)
        program = subprocess.Popen(
            [environment / "bin" / "python", *arguments(request, self._engine)],
            env=variables(request, environment),
            stdin=subprocess.DEVNULL,
            process_group=0,
        )
        with killed_with_this_process(program):
            code = program.wait()
        if code == ALREADY_REPORTED:
            return language_pb2.RunResponse(bail=True)
        if code:
            return language_pb2.RunResponse(error=f"program exited with non-zero exit code: {code}")
        return language_pb2.RunResponse()


@contextmanager
def killed_with_this_process(program: "subprocess.Popen[bytes]") -> Iterator[None]:
    """Ends a program, with all that it started, if this process ends first, however it ends.

    The engine kills a host that is slow to end, by signal 9, and then waits for whoever still holds
    the host's output: a program that outlived it would be waited for without end.
    """
    watch = subprocess.Popen(
        ["sh", "-c", 'read -r _; kill -s KILL -- "-$0"', str(program.pid)],
        stdin=subprocess.PIPE,  # ends when this process does
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        process_group=0,
    )
    try:
        yield
    finally:
        watch.kill()
        watch.communicate()


def main() -> None:
    """Serves until the engine asks for the end or is gone."""
    host = LanguageHost(engine=sys.argv[-1])
    server = grpc.server(ThreadPoolExecutor())
    language_pb2_grpc.add_LanguageRuntimeServicer_to_server(host, server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    for ending in (signal.SIGINT, signal.SIGTERM):
        signal.signal(ending, lambda *_: sys.exit())
    sys.stdout.write(f"{port}\n")
    sys.stdout.flush()
    try:
        sys.stdin.read()  # a pipe of the engine's: it ends when the engine does, however it ends
    finally:
        os._exit(0)  # threads that wait for a program are not waited for


if __name__ == "__main__":
    main()
