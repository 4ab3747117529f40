"""
The commands and their options; what each does stands in a module of its own.

Those are imported when their command runs: `voltrule check` in an editor or a commit hook should
not wait for the database's and the servers' libraries.
"""

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from engine import __version__
from engine.cli.database_commands import database_app
from engine.cli.id_tag_commands import id_tag_app
from engine.cli.options import ConfigOption
from engine.cli.token_commands import token_app
from engine.errors import EngineError

UNUSABLE = 2
"""Exit code: it can't run like this. 1 means that it ran and found something wrong."""

app = typer.Typer(
    name="voltrule",
    help="An OCPP 1.6-J central system ruled by policy.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.add_typer(token_app, name="token")
app.add_typer(database_app, name="db")
app.add_typer(id_tag_app, name="id-tags")

PolicyPath = Annotated[
    Path | None,
    typer.Argument(help="A policy directory.  [default: the configured one]", show_default=False),
]


class Format(StrEnum):
    """How problems are printed."""

    text = "text"
    json = "json"
    sarif = "sarif"


def main() -> None:
    """Run a command; what can't work ends with a reason and a hint, never with a traceback."""
    try:
        app()
    except EngineError as error:
        typer.echo(f"voltrule: {error}", err=True)
        sys.exit(UNUSABLE)


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"voltrule {__version__}")
        raise typer.Exit


@app.callback()
def _voltrule(
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_print_version, is_eager=True, help="Print the version and exit."
        ),
    ] = False,
) -> None:
    pass


@app.command()
def serve(config: ConfigOption = None) -> None:
    """Run the OCPP server and the admin API."""
    from engine.cli.serving import run

    raise typer.Exit(run(config))


@app.command()
def check(
    path: PolicyPath = None,
    form: Annotated[
        Format, typer.Option("--format", help="For people, for programs, or for code hosts.")
    ] = (Format.text),
    config: ConfigOption = None,
) -> None:
    """Compile the policies and show every problem. Exit code 1 if there is an error."""
    from engine.cli.policies import check_policies

    raise typer.Exit(check_policies(path, config, form.value))


@app.command("test")
def run_tests(
    path: PolicyPath = None,
    coverage: Annotated[
        bool, typer.Option("--coverage", help="Show what of the rules the tests have not seen.")
    ] = False,
    minimum: Annotated[
        float | None,
        typer.Option(
            "--min", min=0, max=100, help="Fail when fewer percent are covered.", metavar="PERCENT"
        ),
    ] = None,
    junit: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Write the results to a file as JUnit XML, for CI."),
    ] = None,
    watch: Annotated[
        bool, typer.Option("--watch", help="Run them again after each change, until Ctrl-C.")
    ] = False,
    config: ConfigOption = None,
) -> None:
    """Run the policies' tests, `*_test.yaml`. Exit code 1 if one fails."""
    from engine.cli.policy_tests import Wanted, run

    wanted = Wanted(coverage=coverage, minimum=minimum, junit=junit, watch=watch)
    raise typer.Exit(run(path, config, wanted))


FactFile = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE", help="YAML or JSON, as in tests beside policies.", show_default=False
    ),
]


class ExplainFormat(StrEnum):
    """How an explanation is printed."""

    text = "text"
    json = "json"


@app.command()
def explain(
    action: Annotated[str, typer.Argument(help="An action that a charge point sends, or Connect.")],
    request: Annotated[
        str, typer.Option(metavar="JSON", help="The payload: JSON, @FILE, or - for standard input.")
    ] = "{}",
    charge_point: FactFile = None,
    connector: FactFile = None,
    tag: FactFile = None,
    parent_tag: FactFile = None,
    transaction: FactFile = None,
    reservation: FactFile = None,
    counters: FactFile = None,
    remote_start: FactFile = None,
    now: Annotated[
        str | None, typer.Option(metavar="TIME", help="When it would be.  [default: now]")
    ] = None,
    policies: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="The policies.  [default: the configured ones]"),
    ] = None,
    form: Annotated[
        ExplainFormat, typer.Option("--format", help="For people or for programs.")
    ] = ExplainFormat.text,
    config: ConfigOption = None,
) -> None:
    """
    Show what a request would be answered, and what every policy makes of it.

    Facts that are not given are not there; the charge point is then one that nobody knows.
    """
    from engine.cli.explaining import run

    given = {
        "chargePoint": charge_point,
        "connector": connector,
        "tag": tag,
        "parentTag": parent_tag,
        "transaction": transaction,
        "reservation": reservation,
        "counters": counters,
        "remoteStart": remote_start,
    }
    facts = {name: path for name, path in given.items() if path is not None}
    raise typer.Exit(run(action, request, facts, now, policies, config, form.value))


@app.command()
def simulate(
    url: Annotated[
        str,
        typer.Argument(help="The central system's address, as `voltrule serve` prints it."),
    ],
    count: Annotated[int, typer.Option(min=1, help="How many charge points.")] = 1,
    scenario: Annotated[
        Path | None, typer.Option(help="A YAML file that says what they do (docs/simulator.md).")
    ] = None,
    identity: Annotated[
        str,
        typer.Option("--id", help="The identity; with --count, what all identities begin with."),
    ] = "SIM",
    id_tag: Annotated[str, typer.Option(help="The id tag that is presented.")] = "RandomToken",
    password: Annotated[
        str | None,
        typer.Option(envvar="VOLTRULE_SIMULATOR_PASSWORD", help="For basic authentication."),
    ] = None,
    connectors: Annotated[int, typer.Option(min=1, max=100, help="Connectors of each.")] = 2,
    connector: Annotated[
        int, typer.Option(min=1, max=100, help="The connector to charge at, without a scenario.")
    ] = 1,
    speed: Annotated[
        float, typer.Option(min=0.001, help="How many times faster than real time waits pass.")
    ] = 1.0,
    stay: Annotated[
        bool, typer.Option("--stay", help="Stay connected and obey commands until Ctrl-C.")
    ] = False,
) -> None:
    """Be charge points: boot, charge a vehicle, obey commands. Exit code 0 if all was answered."""
    from engine.cli.simulating import run

    raise typer.Exit(
        run(
            url,
            count=count,
            scenario_file=scenario,
            identity=identity,
            id_tag=id_tag,
            password=password,
            connectors=max(connectors, connector),
            connector=connector,
            stay=stay,
            speed=speed,
        )
    )


@app.command("config")
def show_config(
    config: ConfigOption = None,
    schemas: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR", help="Write the JSON Schemas of policy files there, for YAML editors."
        ),
    ] = None,
) -> None:
    """Print every setting in force, secrets masked, and where its value came from."""
    from engine.cli.settings import print_settings, write_schemas

    if schemas is not None:
        write_schemas(schemas)
    else:
        print_settings(config)
