"""The commands of a failover and their options."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Literal

import typer

from sparehub.cli.operations.declared_at import DeclaredAt
from sparehub.cli.operations.dns_records import (
    DnsScript,
    ShowDns,
    dns_document,
    print_dns,
    print_script,
    refuse_with_dns,
)
from sparehub.cli.operations.machines import (
    AcceptLoss,
    CleanDrill,
    ConfirmDeletion,
    NetworkOnly,
    Prepare,
    prepare_machines,
)
from sparehub.cli.options import Json, StackDirectory, Yes
from sparehub.failover.journal.acceptances import NOTHING, Accepted

app = typer.Typer()
Planned = Literal["failover", "failback", "drill"]
"""The values of ``PlanKind``, which ``--help`` would load pydantic for."""
PlanId = Annotated[
    str, typer.Option("--plan", help="Id of the confirmed plan (16 digits or more), or its file.")
]
Unplanned = Annotated[bool, typer.Option("--unplanned", help="The source region may be lost.")]
RaiseBandwidth = Annotated[
    bool,
    typer.Option(
        "--raise-bandwidth",
        help="Raise a smaller circuit permanently to the bandwidth of the other region's.",
    ),
]
AcceptUnfenced = Annotated[
    str,
    typer.Option(
        "--accept-unfenced",
        metavar="REASON",
        help="Continue although the lost region may still advertise.",
    ),
]

AcceptUnproven = Annotated[
    str,
    typer.Option(
        "--accept-unproven",
        metavar="REASON",
        help="Continue although an invariant would be violated; recorded in the journal.",
    ),
]

AcceptCut = Annotated[
    str,
    typer.Option(
        "--accept-cut",
        metavar="REASON",
        help="Fence the lost region although that disconnects other users of its circuit.",
    ),
]
FencedOnPremises = Annotated[
    str,
    typer.Option(
        "--fenced-on-premises",
        metavar="TICKET",
        help="The printed router filters are in place: the lost region counts as fenced.",
    ),
]
AcceptUnreached = Annotated[
    str,
    typer.Option(
        "--accept-unreached",
        metavar="REASON",
        help="Continue although the new region does not reach on-premises.",
    ),
]

AuthorizationKey = Annotated[
    list[str] | None,
    typer.Option(
        "--authorization-key",
        metavar="[CONNECTION=]KEY",
        help="Authorization key from the circuit's owner, for a connection; repeatable. It "
        "is stored encrypted in the stack file, and no authorization is issued. A command line is "
        "visible in `ps` and the shell's history: with `-` or CONNECTION=- the key is asked for or "
        "read from standard input.",
    ),
]

Confirm = Annotated[
    list[str] | None,
    typer.Option(
        "--confirm",
        metavar="HOOK=NOTE",
        help="What this hook does is done by hand; recorded in the journal with the note; "
        "repeatable.",
    ),
]
Adopt = Annotated[
    bool,
    typer.Option(
        "--adopt",
        help="The network was switched outside of Sparehub: bring both stacks to what is there.",
    ),
]
RunHooks = Annotated[bool, typer.Option("--run-hooks", help="Run hooks on the local Azure, too.")]


def _confirmations(given: list[str] | None) -> dict[str, str]:
    """Return the note of each name; refuse what is not NAME=NOTE, and a name that comes twice."""
    notes: dict[str, str] = {}
    for text in given or ():
        name, _, note = text.partition("=")
        if not name or not note.strip() or name in notes:
            raise typer.BadParameter("--confirm takes HOOK=NOTE, once for each hook")
        notes[name] = note.strip()
    return notes


@app.command()
def plan(  # noqa: PLR0913 - one option a decision
    kind: Annotated[Planned, typer.Argument(help="The operation to plan.")],
    *,
    unplanned: Unplanned = False,
    raise_bandwidth: RaiseBandwidth = False,
    network_only: NetworkOnly = False,
    clean_drill: CleanDrill = False,
    dns: ShowDns = False,
    dns_script: DnsScript = None,
    out: Annotated[Path | None, typer.Option(help="Also write the plan to this file.")] = None,
    stack_dir: StackDirectory = Path(),
    json: Json = False,
) -> None:
    """Show the steps of a failover or drill, with changes and durations; does nothing.

    [bold]sparehub plan failover[/bold]   [bold]sparehub plan failover --unplanned --json[/bold]
    """
    from sparehub.failover.plans import read_plan, show_plan
    from sparehub.output import Output
    from sparehub.topology.planning.plan import Mode, PlanKind

    if unplanned and kind == "drill":
        raise typer.BadParameter("a drill is always planned")
    if (raise_bandwidth or network_only or clean_drill) and kind == "drill":
        raise typer.BadParameter(
            "--raise-bandwidth, --network-only and --clean-drill are not for a drill"
        )
    if dns_script or dns:
        refuse_with_dns(drill=kind == "drill", network_only=network_only)
    if dns_script:
        raise typer.Exit(print_script(stack_dir, kind, dns_script, Output(as_json=json)))
    mode = Mode.UNPLANNED if unplanned else Mode.PLANNED
    planned = read_plan(
        stack_dir,
        PlanKind(kind),
        mode,
        raise_bandwidth=raise_bandwidth,
        network_only=network_only,
        clean_drill=clean_drill,
    )
    more = dns_document(stack_dir, kind) if dns else {}
    show_plan(planned, out, Output(as_json=json), more)
    if dns and not json:
        print_dns(stack_dir, kind, Output())


def _switch_command(kind: Literal["failover", "failback"]) -> Callable[..., None]:
    """Return the command that runs a failover or a failback."""

    def run(  # noqa: PLR0913 - one option a decision
        *,
        unplanned: Unplanned = False,
        accept_unfenced: AcceptUnfenced = "",
        accept_cut: AcceptCut = "",
        fenced_on_premises: FencedOnPremises = "",
        accept_unproven: AcceptUnproven = "",
        accept_loss: AcceptLoss = "",
        raise_bandwidth: RaiseBandwidth = False,
        network_only: NetworkOnly = False,
        clean_drill: CleanDrill = False,
        authorization_key: AuthorizationKey = None,
        prepare: Prepare = False,
        confirm_deletion: ConfirmDeletion = "",
        declared_at: DeclaredAt = "",
        confirm: Confirm = None,
        run_hooks: RunHooks = False,
        plan: PlanId = "",
        yes: Yes = False,
        stack_dir: StackDirectory = Path(),
        json: Json = False,
    ) -> None:
        from sparehub.failover import operations
        from sparehub.failover.preflight.keys.given_keys import read_keys
        from sparehub.output import Output
        from sparehub.topology.planning.plan import Mode, PlanKind

        accepted = Accepted(reason=accept_unfenced, cut=accept_cut, ticket=fenced_on_premises)
        if prepare or confirm_deletion:
            given = (unplanned, raise_bandwidth, accept_unproven, accept_loss, network_only, plan)
            others = accepted != NOTHING or any(
                (*given, declared_at, clean_drill, authorization_key)
            )
            names = confirm_deletion if prepare else None
            prepare_machines(stack_dir, kind, names, yes=yes, json=json, others=others)
        if accepted != NOTHING and not unplanned:
            raise typer.BadParameter(
                "--accept-unfenced, --accept-cut and --fenced-on-premises belong to --unplanned"
            )
        accepted = replace(accepted, loss=accept_loss)
        request = operations.OperationRequest(
            kind=PlanKind(kind),
            mode=Mode.UNPLANNED if unplanned else Mode.PLANNED,
            accepted=accepted,
            unproven=accept_unproven,
            declared=declared_at,
            plan=plan,
            yes=yes,
            raise_bandwidth=raise_bandwidth,
            network_only=network_only,
            clean_drill=clean_drill,
            authorization_keys=read_keys(authorization_key or ()),
            confirmations=_confirmations(confirm),
            run_hooks=run_hooks,
        )
        raise typer.Exit(operations.begin(stack_dir, request, Output(as_json=json)))

    return run


app.command(
    "failover",
    help="""Move the traffic from the primary to the secondary region.

    Every step is written to the journal first, and verified in Azure afterwards.

    [bold]sparehub failover[/bold]   [bold]sparehub failover --yes --plan ID[/bold]

    [bold]sparehub failover --prepare[/bold]: after a failback, replicate the machines again.
    """,
)(_switch_command("failover"))
app.command(
    "failback",
    help="""Move the traffic back to the primary region: a failover with the roles swapped.

    [bold]sparehub failback[/bold]   [bold]sparehub failback --prepare[/bold]: where machines were
    failed over, replicate them back first; in a script `--yes --confirm-deletion app1,dc1`.
    """,
)(_switch_command("failback"))


@app.command()
def resume(  # noqa: PLR0913 - one option a decision
    *,
    yes: Yes = False,
    accept_unfenced: AcceptUnfenced = "",
    accept_cut: AcceptCut = "",
    fenced_on_premises: FencedOnPremises = "",
    accept_unreached: AcceptUnreached = "",
    accept_loss: AcceptLoss = "",
    confirm: Confirm = None,
    run_hooks: RunHooks = False,
    adopt: Adopt = False,
    stack_dir: StackDirectory = Path(),
    json: Json = False,
) -> None:
    """Continue an operation that stopped half-way, or adopt a switch of somebody else.

    [bold]sparehub resume[/bold]

    [bold]sparehub resume --adopt[/bold]

    --adopt is for a network that the recovery plan's runbook has switched, or a person in the
    portal: both stacks follow.
    """
    from sparehub.failover import operations
    from sparehub.output import Output

    output = Output(as_json=json)
    accepted = Accepted(
        reason=accept_unfenced,
        cut=accept_cut,
        ticket=fenced_on_premises,
        unreached=accept_unreached,
        loss=accept_loss,
    )
    if adopt:
        from sparehub.cli.operations.adopt_switch import adopt as adopt_switch

        if confirm or run_hooks or accept_cut or accept_loss:
            raise typer.BadParameter(
                "--adopt runs no step: it takes neither --confirm, --run-hooks, --accept-cut nor "
                "--accept-loss"
            )
        raise typer.Exit(adopt_switch(stack_dir, output, yes=yes, accepted=accepted))
    code = operations.resume(
        stack_dir,
        output,
        yes=yes,
        accepted=accepted,
        confirmations=_confirmations(confirm),
        run_hooks=run_hooks,
    )
    raise typer.Exit(code)


@app.command()
def commit(*, yes: Yes = False, stack_dir: StackDirectory = Path(), json: Json = False) -> None:
    """Mark the last failover or failback as final, and commit its machines.

    The next operation commits the network itself, never machines: a commit ends the choice of
    recovery point.

    [bold]sparehub commit[/bold]
    """
    from sparehub.failover import operations
    from sparehub.output import Output

    raise typer.Exit(operations.commit(stack_dir, Output(as_json=json), yes=yes))


@app.command("finish-fence")
def finish_fence(
    *, yes: Yes = False, stack_dir: StackDirectory = Path(), json: Json = False
) -> None:
    """Disconnect a recovered region and remove its external fence.

    [bold]sparehub finish-fence[/bold]
    """
    from sparehub.failover import finish_fence as command
    from sparehub.output import Output

    raise typer.Exit(command.finish_fence(stack_dir, Output(as_json=json), yes=yes))


@app.command()
def status(*, stack_dir: StackDirectory = Path(), json: Json = False) -> None:
    """Show which region is live, the operation in progress, and the open items.

    Exit codes: 0 healthy, 5 an operation is unfinished, 7 there is an open item, 8 no region is
    live although one was, or what is deployed contradicts the journal.

    [bold]sparehub status --json[/bold]
    """
    from sparehub.failover.status import status as show_status
    from sparehub.output import Output

    raise typer.Exit(show_status(stack_dir, Output(as_json=json)))


@app.command()
def switch(
    stack: Annotated[
        str, typer.Argument(help="The stack to make live: primary or secondary.")
    ] = "",
    *,
    from_state: Annotated[
        bool,
        typer.Option(
            "--from-state", help="Set the recorded activation and generation in an older checkout."
        ),
    ] = False,
    stack_dir: StackDirectory = Path(),
    json: Json = False,
) -> None:
    """Set the switch in both stack files and print the deployments in order; deploy nothing.

    [bold]sparehub switch secondary[/bold]   [bold]sparehub switch --from-state[/bold]
    """
    from sparehub.cli.operations import switch as switch_command
    from sparehub.output import Output

    output = Output(as_json=json)
    if from_state == bool(stack):
        raise typer.BadParameter("name the stack to make live, or give --from-state")
    if from_state:
        raise typer.Exit(switch_command.switch_from_state(stack_dir, output))
    raise typer.Exit(switch_command.switch(stack_dir, stack, output))
