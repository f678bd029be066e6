"""The commands: their names, arguments and help. What they do is loaded when they are called."""

from __future__ import annotations

from collections.abc import Callable
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import click

import gatviz
from gatviz.errors import printable
from gatviz.words import _, or_list

OPEN = "open"
_HELP = {"help_option_names": ["-h", "--help"]}
EXAMPLES = {
    "": ("gatviz karate.graphml --weights trained.pt", "gatviz export karate.graphml alpha.gexf"),
    "open": ("gatviz karate.graphml", "gatviz karate.graphml --weights trained.pt", "gatviz work.gatviz --port 9000"),
    "trace": ("gatviz trace karate.graphml > alpha.csv", "gatviz trace cora.npz -w trained.pt --json | jq '.alpha[0]'"),
    "export": ("gatviz export karate.graphml alpha.gexf", "gatviz export karate.json - --to graphml -w trained.pt"),
    "report": ("gatviz report karate.graphml karate.html --explain 33", "gatviz report karate.json - -w trained.pt"),
    "convert": ("gatviz convert karate.gml karate.graphml", "gatviz convert edges.csv - --to json | gatviz -"),
    "info": ("gatviz info karate.gml", "gatviz info trained.pt --json | jq .layers"),
}
"""How each is called, for its help."""
Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]


class Commands(click.Group):
    """Commands by name; what else is named first is a file, which the app opens."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Click's, with `open` put before what names no command."""
        own = [name for option in self.get_params(ctx) for name in option.opts]
        if not args or (args[0] not in self.commands and args[0] not in own):
            self._refuse_mistyped(ctx, args)
            args = [OPEN, *args]
        return super().parse_args(ctx, args)

    def _refuse_mistyped(self, ctx: click.Context, args: list[str]) -> None:
        if not args or args[0].startswith("-") or Path(args[0]).exists():
            return
        if near := get_close_matches(args[0], self.commands):
            found = _("There is no file and no command “{name}”. Did you mean {near}?")
            ctx.fail(found.format(name=args[0], near=or_list(near)))


def commands() -> click.Group:
    """All commands, in the language of now."""
    group = Commands(
        name="gatviz",
        subcommand_metavar="[GRAPH | COMMAND] …",
        context_settings=_HELP,
        help=_("See what graph attention attends to. Without a command, the app opens on GRAPH."),
        epilog=_examples(""),
    )
    group.add_command(_open())
    group.add_command(_trace())
    group.add_command(_export())
    group.add_command(_report())
    group.add_command(_convert())
    group.add_command(_info())
    return click.version_option(gatviz.__version__, "--version", help=_("Show the version."))(group)


def _examples(name: str) -> str:
    return "\b\n" + _("Examples:") + "".join(f"\n  {line}" for line in EXAMPLES[name])


def _teller(quiet: bool) -> Callable[[str], None]:
    """What says how things go, beside the result."""

    def say(sentence: str) -> None:
        if not quiet:
            click.echo(printable(sentence), err=True)

    return say


def _command(name: str, run: Callable[..., Any], short: str, more: str, *given: Decorator) -> click.Command:
    for decorate in reversed((*given, _quiet())):
        run = decorate(run)
    return click.command(
        name,
        help=f"{short} {more}",
        short_help=short,
        epilog=_examples(name),
        context_settings=_HELP,
    )(run)


def _quiet() -> Decorator:
    return click.option("--quiet", "-q", is_flag=True, help=_("Say nothing but the result and errors."))


def _graph(name: str = "graph") -> Decorator:
    return click.argument(name, metavar=name.upper())


def _form(option: str, what: str) -> Decorator:
    return click.option(option, "form", metavar="FORMAT", help=what)


def _as_json() -> Decorator:
    return click.option("--json", "as_json", is_flag=True, help=_("Write JSON."))


def _model() -> tuple[Decorator, ...]:
    """Options that say which model runs."""
    count = click.IntRange(1, 512)
    return (
        click.option("--weights", "-w", metavar="FILE", help=_("Trained weights: a torch file or safetensors.")),
        click.option(
            "--choose",
            multiple=True,
            metavar="NAME=VALUE",
            help=_("What the weights leave open, for instance heads=8. As often as needed."),
        ),
        click.option("--kind", type=click.Choice(["GAT", "GATv2"]), help=_("Without weights: the kind of layer.")),
        click.option("--layers", type=count, help=_("Without weights: how many layers.")),
        click.option("--heads", type=count, help=_("Without weights: heads of each layer.")),
        click.option("--features", type=count, help=_("Without weights: features of each head.")),
        click.option(
            "--seed", type=click.IntRange(0, 2**31 - 1), help=_("Without weights: the seed that they are drawn from.")
        ),
    )


_OF_DRAWN = ("kind", "layers", "heads", "features", "seed")


def _given(graph: str, form: str | None, say: Callable[[str], None], **model: Any) -> Any:
    """What GRAPH holds, once the options of the model can be meant."""
    from gatviz.cli.sources import given_in
    from gatviz.files import Inspection

    weights, choices = model["weights"], model["choose"]
    drawn = [name for name in _OF_DRAWN if model[name] is not None]
    if weights is not None and drawn:
        raise click.UsageError(
            _("--{name} is of a model without weights: leave one of the two out.").format(name=drawn[0])
        )
    if weights is None and choices:
        raise click.UsageError(_("--choose is about weights: name them by --weights."))
    if graph == weights == "-":
        raise click.UsageError(_("Only one of graph and weights can come by standard input."))
    given = given_in(graph, form, say)
    if not isinstance(given, Inspection) and (weights is not None or drawn):
        name = "weights" if weights is not None else drawn[0]
        told = _("{graph} brings its own model: leave --{name} out.").format(graph=graph, name=name)
        raise click.UsageError(told)
    return given


def _ran(given: Any, graph: str, say: Callable[[str], None], **model: Any) -> Any:
    """The run that a command's options ask for."""
    from gatviz.cli.running import FreshModel, of_kept, run
    from gatviz.files import Inspection

    if not isinstance(given, Inspection):
        return of_kept(given, Path(graph).name)
    drawn = FreshModel(**{name: model[name] for name in _OF_DRAWN if model[name] is not None})
    return run(given.graph, model["weights"], model["choose"], drawn, say)


def _path(out: str) -> str | None:
    """What a command writes to, None for standard output."""
    from gatviz.cli.streams import STANDARD

    return None if out == STANDARD else out


def _check_out(out: str, *read: str | None, text: bool) -> None:
    """Refuse what cannot be written to before the work is done, and a file that is read and would be no more.

    Arguments:
        read: the files that the result is no new form of.
    """
    from gatviz.cli.streams import check_out

    file = Path(out)
    for source in read:
        if source is not None and file.is_file() and Path(source).is_file() and file.samefile(source):
            raise click.UsageError(_("{file} would be lost: name another file to write to.").format(file=out))
    check_out(out, text=text)


def _open() -> click.Command:
    def run(graph: str | None, weights: str | None, port: int | None, address: str, browser: bool, quiet: bool) -> int:
        from gatviz.cli.server import serve

        if graph == weights == "-":
            raise click.UsageError(_("Only one of graph and weights can come by standard input."))
        tell = _teller(quiet=False)
        return serve(graph, weights, port=port, address=address, browser=browser, say=_teller(quiet), tell=tell)

    return _command(
        OPEN,
        run,
        _("Open the app on a graph, a session or a training."),
        _("The browser opens; Ctrl+C ends it. Without GRAPH it is the tutorial's."),
        click.argument("graph", required=False, metavar="[GRAPH]"),
        click.option("--weights", "-w", metavar="FILE", help=_("Trained weights: a torch file or safetensors.")),
        click.option("--port", type=click.IntRange(1, 65535), help=_("Where to listen; a free one if left out.")),
        click.option(
            "--address",
            default="localhost",
            show_default=True,
            help=_("Who can reach it: 0.0.0.0 lets in whoever reaches this machine."),
        ),
        click.option("--browser/--no-browser", default=True, help=_("Whether to open the browser.")),
    )


def _trace() -> click.Command:
    def run(graph: str, form: str | None, out: str, as_json: bool, quiet: bool, **model: Any) -> None:
        from gatviz.cli import running, streams
        from gatviz.export import alpha_table, npz_of

        say = _teller(quiet)
        arrays = out.lower().endswith(".npz")
        if arrays and as_json:
            raise click.UsageError(_("An .npz file holds no JSON: leave out --json, or name another file."))
        _check_out(out, graph, model["weights"], text=not arrays)
        if out.lower().endswith((".graphml", ".gexf", ".gml")):
            raise click.UsageError(_("A trace is a table: gatviz export writes a graph with α on its edges."))
        ran = _ran(_given(graph, form, say, **model), graph, say, **model)
        if arrays:
            streams.put(npz_of(ran.trace), out, text=False)
            return
        table = alpha_table(ran.trace)
        as_json = as_json or out.lower().endswith(".json")
        content = running.as_json(ran, table) if as_json else table.to_csv(index=False).encode()
        streams.put(content, out, text=True)

    return _command(
        "trace",
        run,
        _("Run a model on GRAPH and write α as a table."),
        _(
            "It has a row for each edge of each head, as CSV or JSON. To a file ending in .npz goes every intermediate "
            "of the run. “-” is standard input."
        ),
        _graph(),
        *_model(),
        _form("--from", _("The format of GRAPH, if it cannot be told.")),
        click.option(
            "--out", "-o", default="-", metavar="FILE", help=_("Where to write; standard output if left out.")
        ),
        _as_json(),
    )


def _export() -> click.Command:
    def run(graph: str, out: str, form: str | None, to: str | None, quiet: bool, **model: Any) -> None:
        from gatviz.cli import streams
        from gatviz.export import write_alpha
        from gatviz.export.alpha import format_of

        say = _teller(quiet)
        form_out = format_of(_path(out), to)
        _check_out(out, model["weights"], text=form_out != "npz")
        ran = _ran(_given(graph, form, say, **model), graph, say, **model)
        streams.put(write_alpha(ran.trace, format=form_out), out, text=form_out != "npz")

    return _command(
        "export",
        run,
        _("Run a model and write GRAPH with α on its edges."),
        _(
            "Of every head (alpha_l0_h2: layer 0, head 2), as graphml, gexf, json, node_link or npz, or as a table, as "
            "csv. “-” is standard input or output."
        ),
        _graph(),
        _graph("out"),
        *_model(),
        _form("--from", _("The format of GRAPH, if it cannot be told.")),
        click.option(
            "--to", metavar="FORMAT", help=_("graphml, gexf, json, node_link, csv or npz, if OUT does not tell.")
        ),
    )


def _report() -> click.Command:
    def run(graph: str, out: str, form: str | None, explain: str | None, quiet: bool, **model: Any) -> None:
        from gatviz.analysis import explain_node
        from gatviz.capturing.run import CapturedRun
        from gatviz.cli import streams
        from gatviz.cli.running import node_of
        from gatviz.cli.streams import telling
        from gatviz.reporting.page import Shown, report

        say = _teller(quiet)
        _check_out(out, graph, model["weights"], text=True)
        title = Path(graph).stem if graph != streams.STANDARD else _("a graph")
        given = _given(graph, form, say, **model)
        writing = _("Writing what is said of each node and arrow …")
        if isinstance(given, CapturedRun) and explain is None:
            with telling(writing, quiet=quiet) as hears:
                page = report(None, given, title=title, progress=hears)
        else:
            ran = _ran(given, graph, say, **model)
            shown, explanation = ran.trace.graph, None
            if explain is not None:
                node = node_of(shown, explain)
                with telling(_("Explaining {node} …").format(node=explain), quiet=quiet) as hears:
                    explanation = explain_node(ran.model, shown, node, progress=hears)
            opened = Shown(weights=ran.whose)
            with telling(writing, quiet=quiet) as hears:
                page = report(shown, ran.trace, title=title, explanation=explanation, shown=opened, progress=hears)
        streams.put(page.encode(), out, text=True)

    return _command(
        "report",
        run,
        _("Run a model on GRAPH and write what the app shows as one HTML file."),
        _("It opens from disk, without gatviz and without the internet. “-” is standard input or output."),
        _graph(),
        _graph("out"),
        *_model(),
        _form("--from", _("The format of GRAPH, if it cannot be told.")),
        click.option("--explain", metavar="NODE", help=_("Explain this node's answer too, by name.")),
    )


def _convert() -> click.Command:
    def run(graph: str, out: str, form: str | None, to: str | None, quiet: bool) -> None:
        from gatviz.cli import streams
        from gatviz.cli.sources import graph_in
        from gatviz.files import write_graph
        from gatviz.files.writing import form_to_write

        form_out = form_to_write(_path(out), to)
        _check_out(out, text=form_out.text)
        found = graph_in(graph, form, _teller(quiet)).graph
        streams.put(write_graph(found, format=form_out.name), out, text=form_out.text)

    return _command(
        "convert",
        run,
        _("Write the graph of one file as another."),
        _(
            "What is written reads back equal, or is not written: a sentence says what would be lost. “-” is standard "
            "input or output."
        ),
        _graph("graph"),
        _graph("out"),
        _form("--from", _("The format of GRAPH, if it cannot be told.")),
        click.option("--to", metavar="FORMAT", help=_("The format to write, if OUT does not tell.")),
    )


def _info() -> click.Command:
    def run(file: str, form: str | None, as_json: bool, quiet: bool) -> None:
        from gatviz.cli.streams import json_of, put
        from gatviz.cli.telling import told_of

        told = told_of(file, form, _teller(quiet))
        lines = "".join(f"{printable(line)}\n" for line in told.lines)
        put(json_of(told.value) if as_json else lines.encode(), "-", text=True)

    return _command(
        "info",
        run,
        _("Say what FILE holds and how it is understood."),
        _("A graph, trained weights, or what gatviz saved. “-” is standard input."),
        _graph("file"),
        _form("--from", _("The format of a graph, if it cannot be told.")),
        _as_json(),
    )
