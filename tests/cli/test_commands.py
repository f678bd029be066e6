"""The command by its real process: what it gives, where it says what, and how it ends."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import shlex
import signal
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import IO, NamedTuple, NoReturn

import networkx as nx
import numpy as np
import pytest

import gatviz
from gatviz import GAT, GATAttentionLayer, LayerSettings, capture, fit, sample_graph, words
from gatviz.attention.layers import new_generator
from gatviz.cli import main
from gatviz.cli.commands import EXAMPLES, commands
from gatviz.cli.server import deaf_to_ctrl_c
from gatviz.export import alpha_table
from gatviz.export.alpha import FORMATS
from gatviz.files import FORMATS as GRAPH_FORMATS
from gatviz.files import writable_formats
from gatviz.model.trace import Trace
from gatviz.ui.session.run_cache import run
from gatviz.ui.session.settings import Settings
from tests.house.test_loading import loaded

ROOT = Path(__file__).parents[2]
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT), "LANG": "C", "OMP_NUM_THREADS": "1"}
KARATE = str(ROOT / "sample_graphs" / "karate_club.json")
SESSION = str(ROOT / "tests" / "ui" / "session-1.gatviz")
TUTORIAL = str(ROOT / "sample_graphs" / "tutorial.json")


def called(
    *arguments: str, given: bytes = b"", status: int = 0, folder: Path = ROOT
) -> subprocess.CompletedProcess[bytes]:
    """The command as it ran; its exit status is as expected, and there is never a traceback."""
    done = subprocess.run(
        [sys.executable, "-m", "gatviz", *arguments],
        input=given,
        capture_output=True,
        cwd=folder,
        env=ENVIRONMENT,
        check=False,
        timeout=120,
    )
    assert done.returncode == status, done.stderr.decode()
    assert b"Traceback" not in done.stderr
    return done


def trained(folder: Path, features: int = 4) -> str:
    model = GAT(features, [LayerSettings(num_heads=2, out_features=3)], self_loops="add_missing")
    gatviz.save_weights(model, folder / "w.pt")
    return str(folder / "w.pt")


class Here(NamedTuple):
    """What the command gave in this process, which is quicker; `called` proves that it is the same."""

    stdout: bytes
    stderr: bytes


@pytest.fixture
def here(
    capfdbinary: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Iterator[Callable[..., Here]]:
    def run_here(*arguments: str, given: bytes = b"", status: int | None = 0) -> Here:
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(given)))
        found = main(arguments)
        told = Here(*capfdbinary.readouterr())
        assert status in (found, None), told.stderr.decode()
        return told

    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LANGUAGE", words.ENGLISH)
    yield run_here
    words.spoken_by(lambda: words.ENGLISH)


# ---- α ---------------------------------------------------------------------------------------------------------------


def test_a_trace_without_weights_is_what_the_app_shows_of_the_same_file() -> None:
    done = called("trace", KARATE)
    rows = list(csv.DictReader(io.StringIO(done.stdout.decode())))
    graph = gatviz.read_graph(KARATE)
    (layer,) = run(graph, Settings()).whole.layers
    assert [row["source"] for row in rows[: layer.num_edges]] == [graph.names[j] for j in layer.edge_index[0]]
    np.testing.assert_allclose([float(row["alpha"]) for row in rows], layer.alpha.T.ravel(), rtol=1e-5)
    assert b"drawn from seed 175" in done.stderr


def test_a_trace_with_weights_is_that_of_python(tmp_path: Path) -> None:
    path = trained(tmp_path)
    told = json.loads(called("trace", KARATE, "-w", path, "--json").stdout)
    (layer,) = gatviz.load_weights(path).trace(gatviz.read_graph(KARATE)).layers
    np.testing.assert_allclose([row["alpha"] for row in told["alpha"]], layer.alpha.T.ravel(), rtol=1e-5)
    assert told["model"]["weights"] == "w.pt"
    assert told["model"]["layers"] == [{"kind": "GAT", "heads": 2, "features": 3, "concat": True}]


def test_every_intermediate_goes_to_an_npz(here: Callable[..., Here], tmp_path: Path) -> None:
    here("trace", TUTORIAL, "-o", "run.npz", "--layers", "2", "--kind", "GATv2", "--heads", "3", "--seed", "1")
    with np.load(tmp_path / "run.npz", allow_pickle=False) as arrays:
        assert arrays["l0_alpha"].shape == (12, 3)
        assert arrays["l1_hidden"].shape[1] == 3


@pytest.mark.parametrize("form", FORMATS)
def test_a_graph_with_alpha_goes_to_a_file_and_to_standard_output_alike(
    form: str, here: Callable[..., Here], tmp_path: Path
) -> None:
    ending = ".csv" if form == "csv" else GRAPH_FORMATS[form].endings[0]
    here("export", TUTORIAL, f"a{ending}", "--to", form)
    streamed = here("export", "-", "-", "--to", form, given=Path(TUTORIAL).read_bytes()).stdout
    written = (tmp_path / f"a{ending}").read_bytes()
    if form == "csv":
        assert written == streamed
        return
    options = gatviz.ReadOptions(format=form)
    graph = gatviz.read_graph(written, options=options)
    assert graph == gatviz.read_graph(streamed, options=options)
    assert {f"alpha_l0_h{head}" for head in range(4)} < set(graph.edge_attributes)


# ---- files -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", [name for name in writable_formats() if name not in ("torch", "safetensors")])
def test_a_chain_of_conversions_gives_the_same_graph(form: str, here: Callable[..., Here]) -> None:
    there = here("convert", "-", "-", "--to", form, given=Path(KARATE).read_bytes()).stdout
    back = here("convert", "-", "-", "--from", form, "--to", "json", given=there).stdout
    assert gatviz.read_graph(back) == gatviz.read_graph(KARATE)


def test_what_a_file_holds_is_told_for_people_and_programs(here: Callable[..., Here], tmp_path: Path) -> None:
    graph = json.loads(here("info", KARATE, "--json").stdout)
    assert (graph["kind"], graph["nodes"], graph["edges"], graph["directed"]) == ("graph", 34, 156, False)
    assert sum(graph["labels"].values()) == 34
    weights = json.loads(here("info", trained(tmp_path), "--json").stdout)
    assert (weights["kind"], weights["layers"][0]["heads"]) == ("weights", 2)
    assert "34 nodes, 156 arrows" in here("info", KARATE).stdout.decode()
    work = ROOT / "tests" / "ui" / "session-1.gatviz"
    assert json.loads(here("info", str(work), "--json").stdout) == {"kind": "session", "version": 1}


def test_what_gatviz_saved_brings_its_model(here: Callable[..., Here], tmp_path: Path) -> None:
    graph = sample_graph("karate_club")
    model = GAT.of_paper(graph.num_features, 2, num_heads=2, head_features=3, generator=new_generator(1))
    training = fit(graph, model, labelled=[0, 33], epochs=3)
    training.save(tmp_path / "training.gatviz")
    layer = GATAttentionLayer(graph.num_features, 3, 2, generator=new_generator(1)).eval()
    capture(layer, graph).save(tmp_path / "call.gatviz")
    capture(training.model, graph).save(tmp_path / "calls.gatviz")
    of_training, of_call, of_calls = (str(tmp_path / f"{name}.gatviz") for name in ("training", "call", "calls"))
    for source, trace in (
        (of_training, training.model.eval().trace(graph)),
        (of_call, Trace(graph, (layer.trace(graph),))),
    ):
        rows = list(csv.DictReader(here("trace", source, "-q").stdout.decode().splitlines()))
        np.testing.assert_allclose([float(row["alpha"]) for row in rows], alpha_table(trace)["alpha"], rtol=1e-5)
    assert b"gatviz-stage" in here("report", of_calls, "-", "-q").stdout
    assert "found 2 calls" in here("trace", of_calls, status=1).stderr.decode()
    assert "brings its own model: leave --heads out" in here("trace", of_call, "--heads", "2", status=2).stderr.decode()
    for command in (["trace", SESSION], ["convert", of_training, "a.json"], ["convert", SESSION, "a.json"]):
        assert "expected a graph, found a" in here(*command, status=1).stderr.decode()
    (tmp_path / "broken.gatviz").write_bytes(Path(SESSION).read_bytes()[:300])
    for name in ("info", "trace"):
        assert "expected a whole zip file" in here(name, str(tmp_path / "broken.gatviz"), status=1).stderr.decode()


def test_a_graph_is_read_by_networkx_from_a_pipe() -> None:
    read = nx.parse_graphml(called("export", KARATE, "-", "--to", "graphml", "-q").stdout.decode())
    assert read.number_of_edges() == 190


# ---- refusals --------------------------------------------------------------------------------------------------------

REFUSED: list[tuple[list[str], int, str]] = [
    (["trace", "none.json"], 1, "expected a file that can be read"),
    (["report", TUTORIAL, "a.html", "--explain", "Ann"], 1, "expected a node of the graph, for instance"),
    (["open", "none.json"], 1, "'none.json': expected a file, found none"),
    (["none.json"], 1, "'none.json': expected a file, found none"),
    ([str(ROOT)], 1, "found a folder"),
    (["info", str(ROOT / "README.md")], 1, "gatviz: README.md"),
    (["trace", TUTORIAL, "-w", TUTORIAL], 1, "expected a torch file of weights or safetensors"),
    (["trace", TUTORIAL, "-w", "none.pt"], 1, "none.pt"),
    (["export", TUTORIAL, "a.xlsx"], 1, "expected one of graphml, gexf"),
    (["export", TUTORIAL, "-"], 1, "expected one of graphml, gexf"),
    (["convert", TUTORIAL, "/nowhere/a.json"], 1, "expected a path to write to"),
    (["convert", TUTORIAL, "-"], 1, "expected a format"),
    (["convert", TUTORIAL, "-", "--to", "pajek"], 1, "expected a format that holds a whole graph"),
    (["trace", "-"], 1, "standard input"),
    (["info", ""], 1, "'': expected a file, found a folder"),
    (["info", "/dev/zero"], 1, "expected at most 100 MB"),
    (["exprot", TUTORIAL, "b.gexf"], 2, "Did you mean export?"),
    (["trace"], 2, "Missing argument 'GRAPH'"),
    (["trace", TUTORIAL, "--heads", "0"], 2, "--heads"),
    (["trace", TUTORIAL, "--heads", "2", "-w", "w.pt"], 2, "leave one of the two out"),
    (["trace", TUTORIAL, "--choose", "heads=8"], 2, "--choose is about weights"),
    (["trace", "-", "-w", "-"], 2, "Only one of graph and weights"),
    (["trace", TUTORIAL, "-o", "a.npz", "--json"], 2, "An .npz file holds no JSON"),
    (["trace", TUTORIAL, "-o", "a.gexf"], 2, "A trace is a table"),
    (["open", TUTORIAL, "--port", "0"], 2, "--port"),
    (["open", TUTORIAL, "--address", "no such place"], 1, "expected a free place to listen"),
]


@pytest.mark.parametrize(
    ("arguments", "status", "sentence"),
    REFUSED,
    ids=lambda value: " ".join(value)[-40:] if isinstance(value, list) else "",
)
def test_what_cannot_be_done_is_told_in_a_sentence(
    arguments: list[str], status: int, sentence: str, here: Callable[..., Here]
) -> None:
    done = here(*arguments, status=status)
    assert sentence in done.stderr.decode()
    assert done.stdout == b""


UNWRITABLE: list[tuple[list[str], int]] = [
    (["trace", TUTORIAL, "-o", "."], 1),
    (["trace", TUTORIAL, "-o", "nowhere/a.npz"], 1),
    (["trace", "graph.json", "-o", "graph.json"], 2),
    (["trace", TUTORIAL, "-w", "w.pt", "-o", "w.pt"], 2),
    (["export", TUTORIAL, ".", "--to", "gexf"], 1),
    (["export", TUTORIAL, "nowhere/a.gexf"], 1),
    (["export", TUTORIAL, "a.xlsx"], 1),
    (["export", TUTORIAL, "w.pt", "-w", "w.pt", "--to", "npz"], 2),
    (["report", TUTORIAL, "."], 1),
    (["report", TUTORIAL, "nowhere/a.html"], 1),
    (["report", "graph.json", "graph.json"], 2),
    (["convert", TUTORIAL, ".", "--to", "gexf"], 1),
    (["convert", TUTORIAL, "nowhere/a.gexf"], 1),
    (["convert", TUTORIAL, "a.xlsx"], 1),
]


@pytest.mark.parametrize(("arguments", "status"), UNWRITABLE, ids=lambda value: str(value)[-40:])
def test_where_nothing_can_be_written_is_told_before_anything_is_done(
    arguments: list[str], status: int, here: Callable[..., Here], tmp_path: Path
) -> None:
    trained(tmp_path)
    (tmp_path / "graph.json").write_bytes(Path(TUTORIAL).read_bytes())
    before = {path: path.read_bytes() for path in tmp_path.iterdir()}
    assert "Reading" not in here(*arguments, status=status).stderr.decode()
    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == before


RED = "\x1b[31m.json"


@pytest.mark.parametrize(
    "arguments",
    [
        [RED],
        ["--" + RED],
        ["trac" + RED],
        ["info", RED],
        ["info", "is" + RED],
        ["info", "nodes" + RED],
        ["info", TUTORIAL, RED],
        ["info", TUTORIAL, "--from", RED],
        ["trace", RED],
        ["trace", TUTORIAL, "--kind", RED],
        ["trace", TUTORIAL, "-w", RED],
        ["trace", TUTORIAL, "-w", "is" + RED],
        ["trace", TUTORIAL, "-w", "is" + RED, "--choose", RED],
        ["trace", TUTORIAL, "-o", "no/" + RED],
        ["export", TUTORIAL, "a.gexf" + RED, "--to", RED],
        ["convert", TUTORIAL, "no/" + RED],
        ["report", TUTORIAL, RED, "--explain", RED],
        ["open", TUTORIAL, "--address", RED],
    ],
    ids=lambda value: " ".join(map(repr, value))[-40:],
)
def test_nothing_that_is_said_moves_a_terminal(
    arguments: list[str], here: Callable[..., Here], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Click takes colours out where nobody's terminal is; here it takes this for one."""
    monkeypatch.setattr("click.utils.should_strip_ansi", lambda *_given: False)
    (tmp_path / ("is" + RED)).write_bytes(Path(TUTORIAL).read_bytes())
    (tmp_path / ("nodes" + RED)).write_text('{"nodes": [{"id": "\x1b[31m"}], "links": [1]}', encoding="utf-8")
    told = here(*arguments, status=None)
    assert b"\x1b" not in told.stdout + told.stderr


def test_choices_that_a_file_leaves_open_are_made_and_checked(here: Callable[..., Here], tmp_path: Path) -> None:
    path = trained(tmp_path)
    told = json.loads(here("trace", KARATE, "-w", path, "--choose", "self_loops=as_given", "--json").stdout)
    assert told["model"]["self_loops"] == "as_given"
    for choice in ("head=8", "heads"):
        assert "expected NAME=VALUE" in here("trace", KARATE, "-w", path, "--choose", choice, status=1).stderr.decode()


@pytest.mark.parametrize("error", [MemoryError(), RuntimeError("DefaultCPUAllocator: can't allocate memory")])
def test_a_model_without_room_is_told_in_a_sentence(
    error: Exception, here: Callable[..., Here], monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_given: object, **_named: object) -> NoReturn:
        raise error

    monkeypatch.setattr(GAT, "trace", full)
    assert "not enough memory" in here("trace", TUTORIAL, status=1).stderr.decode()


def test_ctrl_c_ends_any_command_without_a_traceback() -> None:
    """Here while it waits for its graph; the shell is told 130."""
    command = [sys.executable, "-P", "-c", HEARING, "-P", "-m", "gatviz", "trace", "-"]
    waiting = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=ROOT, env=ENVIRONMENT
    )
    with waiting:
        assert waiting.stderr is not None
        limit = threading.Timer(60, waiting.kill)  # whatever happens, it ends
        limit.start()
        assert waiting.stderr.readline().startswith(b"Reading standard input")
        waiting.send_signal(signal.SIGINT)
        out, told = waiting.communicate(timeout=30)
        limit.cancel()
    assert (waiting.returncode, out, told.strip()) == (130, b"", b"")


def test_ctrl_c_while_it_loads_leaves_no_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    class Loading(ModuleType):
        def __getattr__(self, name: str) -> NoReturn:
            raise KeyboardInterrupt

    monkeypatch.setitem(sys.modules, "gatviz.cli.commands", Loading("commands"))
    assert main(["--help"]) == 130


def test_ctrl_c_is_for_the_command_alone_which_ends_its_server() -> None:
    hears = signal.getsignal(signal.SIGINT)
    program = "import signal, sys; sys.exit(signal.getsignal(signal.SIGINT) is not signal.SIG_IGN)"
    with deaf_to_ctrl_c():
        assert subprocess.run([sys.executable, "-c", program], check=False, timeout=60).returncode == 0
    assert signal.getsignal(signal.SIGINT) is hears


def test_a_person_who_watches_sees_how_far_it_is() -> None:
    """A terminal gets a bar; what goes to a file has the sentence alone."""
    ours, theirs = os.openpty()
    with os.fdopen(theirs, "wb") as terminal:
        subprocess.run(
            [sys.executable, "-m", "gatviz", "report", TUTORIAL, "-"],
            stdout=subprocess.DEVNULL,
            stderr=terminal,
            cwd=ROOT,
            env=ENVIRONMENT,
            check=True,
            timeout=60,
        )
        seen = os.read(ours, 100_000).decode()
    os.close(ours)
    assert re.search(r"Writing what is said of each node and arrow … .*100%", seen)
    assert "%" not in called("report", TUTORIAL, "-").stderr.decode()


def test_who_stops_reading_ends_it_in_peace() -> None:
    line = f"{sys.executable} -m gatviz trace {KARATE} -q | head -1"
    done = subprocess.run(line, shell=True, capture_output=True, cwd=ROOT, env=ENVIRONMENT, check=True, timeout=120)
    assert done.stdout == b"layer,head,source,target,alpha,added_loop\n"
    assert done.stderr == b""


def test_a_report_is_a_page_with_the_node_that_was_asked_for(tmp_path: Path) -> None:
    called("report", KARATE, str(tmp_path / "a.html"), "--explain", "33", "--layers", "2")
    page = (tmp_path / "a.html").read_text(encoding="utf-8")
    assert "karate_club" in page
    assert "<script" in page
    streamed = called("report", KARATE, "-", "--explain", "33", "--layers", "2", "--quiet")
    assert streamed.stderr == b""
    assert streamed.stdout.decode() == page


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only where there is a full device")
def test_a_full_disk_is_told_in_a_sentence() -> None:
    with Path("/dev/full").open("wb") as full:
        command = [sys.executable, "-m", "gatviz", "convert", KARATE, "-", "--to", "json", "-q"]
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, cwd=ROOT, env=ENVIRONMENT, check=False)
    assert done.returncode == 1
    assert re.fullmatch(rb"gatviz: standard output: expected room to write, found .*\.\n", done.stderr)


def test_quiet_says_nothing() -> None:
    assert called("convert", KARATE, "-", "--to", "json", "--quiet").stderr == b""


# ---- help ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["", *commands().list_commands(None)])  # type: ignore[arg-type]
def test_every_help_has_an_example_that_calls_it(name: str, here: Callable[..., Here]) -> None:
    told = here(*filter(None, [name]), "--help").stdout.decode()
    examples = told.split("Examples:")[1].strip().splitlines()
    assert all(line.strip().startswith("gatviz") for line in examples)
    assert name in ("", "open") or any(f"gatviz {name}" in line for line in examples)


@pytest.mark.parametrize("line", [line for lines in EXAMPLES.values() for line in lines])
def test_every_example_of_a_help_works(
    line: str, here: Callable[..., Here], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What stands behind "|" and ">" is the shell's; that the app opens is tested below."""
    graph = sample_graph("karate_club")
    for name in ("karate.graphml", "karate.json", "karate.gml", "cora.npz"):
        gatviz.write_graph(graph, tmp_path / name)
    (tmp_path / "edges.csv").write_text("source,target\n0,1\n1,2\n", encoding="utf-8")
    (tmp_path / "work.gatviz").write_bytes(Path(SESSION).read_bytes())
    Path(trained(tmp_path)).rename(tmp_path / "trained.pt")
    opened: list[str] = []

    def serve(graph: str, *_given: object, **_named: object) -> int:
        opened.append(graph)
        return 0

    monkeypatch.setattr("gatviz.cli.server.serve", serve)
    words_of = shlex.split(line.partition("|")[0].partition(">")[0])
    assert words_of[0] == "gatviz"
    told = here(*words_of[1:]).stdout
    assert told or opened == [words_of[1]] or (tmp_path / words_of[3]).stat().st_size


def test_the_version_is_told_at_once() -> None:
    assert gatviz.__version__ in called("--version").stdout.decode()
    assert loaded("from gatviz.cli import main\nsys.stdout = None\nmain(['--help'])", ("torch", "numpy")) == []


# ---- the app ---------------------------------------------------------------------------------------------------------


HEARING = (
    "import os, signal, sys; signal.signal(signal.SIGINT, signal.SIG_DFL); "
    "os.execv(sys.executable, [sys.executable, *sys.argv[1:]])"
)
"""Starts Python anew so that it hears Ctrl+C, also where these tests run in the background and ignore it."""


@contextmanager
def started(
    *arguments: str, stdin: IO[bytes] | int = subprocess.DEVNULL, cwd: Path = ROOT, **environment: str
) -> Iterator[App]:
    """The app's process and its address; it is ended afterwards."""
    server = subprocess.Popen(
        [sys.executable, "-P", "-c", HEARING, "-P", "-m", "gatviz", *arguments, "--no-browser"],
        stdin=stdin,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=cwd,
        env={**ENVIRONMENT, **environment},
    )
    try:
        assert server.stderr is not None
        told = next((found for line in server.stderr if (found := re.search(rb"http://\S+", line))), None)
        assert told is not None, "the app did not start"
        yield App(server, told[0].decode())
    finally:
        if server.returncode is None:
            server.terminate()
            server.communicate(timeout=30)


class App(NamedTuple):
    server: subprocess.Popen[bytes]
    url: str


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM])
def test_the_app_answers_and_ends_cleanly(ending: signal.Signals) -> None:
    with started(TUTORIAL) as (server, url):
        assert url.startswith("http://localhost:")
        with urllib.request.urlopen(url, timeout=10) as page:
            assert page.status == 200
        server.send_signal(ending)
        out, told = server.communicate(timeout=30)
        assert (server.returncode, out) == (0, b""), told
        assert b"Traceback" not in told
        with pytest.raises(OSError, match="refused"):
            urllib.request.urlopen(url, timeout=10)


def test_no_program_of_the_folder_it_is_started_in_is_run(tmp_path: Path) -> None:
    """A person's own random.py or xml.py is nothing that the app would import in the place of Python's."""
    for name in ("random", "xml", "copy", "types", "torch", "streamlit"):
        (tmp_path / f"{name}.py").write_text("open('was_run', 'w').close()\nraise SystemExit(1)\n", encoding="utf-8")
    with started(TUTORIAL, cwd=tmp_path) as (server, url):
        with urllib.request.urlopen(url, timeout=10) as page:
            assert page.status == 200
        server.send_signal(signal.SIGINT)
        assert (server.communicate(timeout=30)[0], server.returncode) == (b"", 0)
    assert not (tmp_path / "was_run").exists()


def test_a_taken_port_is_told_and_another_is_found(here: Callable[..., Here]) -> None:
    with started(TUTORIAL) as (_server, url):
        port = url.rpartition(":")[2]
        assert "expected a free place to listen" in here(TUTORIAL, "--port", port, status=1).stderr.decode()
        with started(TUTORIAL) as (_other, other_url):
            assert other_url != url


def test_what_comes_by_standard_input_lies_in_a_file_as_long_as_the_app_runs(tmp_path: Path) -> None:
    with Path(TUTORIAL).open("rb") as file, started("-", stdin=file, TMPDIR=str(tmp_path)) as (server, _url):
        (given,) = tmp_path.glob("gatviz-*/given")
        assert given.read_bytes() == Path(TUTORIAL).read_bytes()
        server.send_signal(signal.SIGINT)
        server.communicate(timeout=30)
        assert not list(tmp_path.glob("gatviz-*"))
