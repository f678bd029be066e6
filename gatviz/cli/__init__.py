"""The command `gatviz`: the app on files, and runs, exports and conversions in other programs' chains.

commands     what there is, and how each is called
streams      files, standard input and output
sources      graphs that come in
running      the model of a weights file, or an untrained one, run on a graph
telling      what a file holds
server       the app, started on files
start        which files the app was started on: told to its process here, read there

Results go to standard output or a file, all else to standard error. 0 says that it worked, 1 that what came in cannot
be used (a sentence says why), 2 that the command was called wrongly, 130 that Ctrl+C ended it; the app ends so with 0.
"""

from __future__ import annotations

import io
import os
from collections.abc import Sequence

from gatviz import words
from gatviz.errors import GatvizError, printable
from gatviz.words import _

INTERRUPTED = 130
_ALLOCATOR = "DefaultCPUAllocator"
"""Who torch says it is of, when memory does not suffice; the error is of no type of its own."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; gives the exit status."""
    words.spoken_by(_language)
    try:
        return _run(arguments)
    except KeyboardInterrupt:  # also while it loads
        return INTERRUPTED


def _run(arguments: Sequence[str] | None) -> int:
    import click

    from gatviz.cli.commands import commands

    try:
        status = commands().main(args=arguments, prog_name="gatviz", standalone_mode=False)
    except click.ClickException as error:
        shown = io.StringIO()
        error.show(shown)
        for line in shown.getvalue().splitlines():
            click.echo(printable(line), err=True)
        return error.exit_code
    except GatvizError as error:
        click.echo(printable(f"gatviz: {error}"), err=True)
        return 1
    except click.Abort:  # Ctrl+C, as Click tells it; before RuntimeError, which it is one of
        return INTERRUPTED
    except (MemoryError, RuntimeError) as error:
        if isinstance(error, RuntimeError) and _ALLOCATOR not in str(error):
            raise
        click.echo("gatviz: " + _("There is not enough memory for that: choose a smaller model or graph."), err=True)
        return 1
    except BrokenPipeError:
        return 1
    return status if isinstance(status, int) else 0


def _language() -> str:
    """The person's, as other programs are told it."""
    told = next(
        (os.environ[name] for name in ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG") if os.environ.get(name)), ""
    )
    return told.partition(":")[0].partition(".")[0].partition("_")[0] or words.ENGLISH
