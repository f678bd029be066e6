"""How long graph files take to open and run, and how much memory, also where they are refused.

    python -m benchmarks.graph_files [--cora cora.npz] [--nodes 100000] [--edges 1000000]

Each file is opened in a process of its own: read, laid out, and run once through the app's first model (forward
and trace), after a table of one edge, so that all that has to be imported is there. Memory is the peak of that process
above what it takes then.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
import zipfile
from pathlib import Path

import numpy as np

import gatviz
from gatviz.attention.gat import warm_up
from gatviz.attention.layer_trace import LayerTrace
from gatviz.attention.layers import new_generator, use_one_thread
from gatviz.graph.positions import default_positions

SECONDS_GOAL = 3.0
"""For Cora."""
MEMORY_GOAL = 1_000
"""MB above idle, for all."""
FEATURES = 16
HEADS, WIDTH = 4, 3
BOMB_BYTES = 2_000_000_000
TOO_MANY_ROWS = 10_000_000


def open_and_run(path: Path) -> dict[str, object]:
    """Seconds for each step and the peak of memory, or the sentence that refused the file."""
    use_one_thread()
    warm_up()
    with tempfile.TemporaryDirectory() as folder:
        small = Path(folder) / "small.csv"
        small.write_text("source,target\na,b\n", encoding="utf-8")
        default_positions(gatviz.read_graph(small))
    idle = peak()
    seconds: dict[str, float] = {}
    told: dict[str, object] = {"seconds": seconds}
    started = time.perf_counter()
    try:
        graph = gatviz.read_graph(path)
    except gatviz.GatvizError as error:
        told["refused"] = str(error)
        seconds["read"] = time.perf_counter() - started
    else:
        seconds["read"] = time.perf_counter() - started
        started = time.perf_counter()
        graph = graph.with_positions(default_positions(graph))
        seconds["layout"] = time.perf_counter() - started
        layer = gatviz.MultiHeadGATLayer(graph.num_features, WIDTH, num_heads=HEADS, generator=new_generator(0)).eval()
        started = time.perf_counter()
        trace = layer.trace(graph)
        told["rows sum to 1 within"] = float(abs(_row_sums(trace) - 1).max())
        seconds["forward and trace"] = time.perf_counter() - started
        told["size"] = f"{graph.num_nodes:,} nodes, {graph.num_edges:,} edges, {graph.num_features:,} features"
    told["memory"] = (peak() - idle) / 1e6
    return told


def _row_sums(trace: LayerTrace) -> np.ndarray:
    first = np.flatnonzero(np.diff(trace.edge_index[1], prepend=-1))
    return np.add.reduceat(trace.alpha, first, axis=0)


def peak() -> float:
    """Bytes that this process has held at most.

    Linux hands the parent's ru_maxrss on to a child, so its own figure is read there.
    """
    status = Path("/proc/self/status")
    if status.exists():
        (line,) = (line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return 1024.0 * int(line.split()[1])
    return float(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)


def write_files(folder: Path, nodes: int, edges: int) -> list[Path]:
    """The large files and the hostile ones."""
    drawn = np.random.default_rng(0)
    keys = drawn.choice(nodes * nodes, size=edges, replace=False)
    source, target = np.divmod(keys, nodes)
    table = folder / "large.csv"
    np.savetxt(table, np.stack([source, target], axis=1), fmt="%d", delimiter=",", header="source,target", comments="")
    arrays = folder / "large.npz"
    x = drawn.standard_normal((nodes, FEATURES)).astype(np.float32)
    np.savez(arrays, x=x, edge_index=np.stack([source, target]), y=drawn.integers(0, 7, nodes))
    return [table, arrays, _bomb(folder), _rows(folder), _deep(folder), _laughs(folder)]


def _bomb(folder: Path) -> Path:
    path = folder / "bomb.zip"
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive,
        archive.open("edges.csv", "w", force_zip64=True) as member,
    ):
        member.write(b"source,target\n")
        for _ in range(BOMB_BYTES // 10**7):
            member.write(b"a,b\n" * (10**7 // 4))
    return path


def _rows(folder: Path) -> Path:
    path = folder / "rows.csv"
    path.write_bytes(b"source,target\n" + b"1,2\n" * TOO_MANY_ROWS)
    return path


def _deep(folder: Path) -> Path:
    path = folder / "deep.json"
    path.write_bytes(b"[" * 50_000_000)
    return path


def _laughs(folder: Path) -> Path:
    path = folder / "laughs.graphml"
    entities = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
    path.write_text(f'<!DOCTYPE g [<!ENTITY l0 "lol">{entities}]><graphml><graph id="&l11;"/></graphml>')
    return path


def report(path: Path) -> None:
    """Open one file in a process of its own and print a row."""
    command = [sys.executable, "-m", "benchmarks.graph_files", "--one", str(path)]
    finished = subprocess.run(command, capture_output=True, text=True, check=False)
    if finished.returncode:
        print(f"{path.name:16} FAILED: {finished.stderr.strip().splitlines()[-1]}")
        return
    told = json.loads(finished.stdout)
    seconds = told["seconds"]
    steps = ", ".join(f"{step} {taken:.2f} s" for step, taken in seconds.items())
    within = "ok" if told["memory"] <= MEMORY_GOAL else f"over {MEMORY_GOAL} MB"
    print(f"{path.name:16} {sum(seconds.values()):6.2f} s  {told['memory']:6.0f} MB ({within})  {steps}")
    print(f"{'':16} {told.get('size') or told.get('refused')}")
    if path.name.startswith("cora"):
        met = "met" if sum(seconds.values()) <= SECONDS_GOAL else "MISSED"
        print(f"{'':16} goal of {SECONDS_GOAL:.0f} s: {met}")


def main() -> None:
    """Parse the arguments and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cora", type=Path)
    parser.add_argument("--nodes", type=int, default=100_000)
    parser.add_argument("--edges", type=int, default=1_000_000)
    parser.add_argument("--one", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.one is not None:
        print(json.dumps(open_and_run(given.one)))
        return
    with tempfile.TemporaryDirectory() as folder:
        for path in [*([given.cora] if given.cora else []), *write_files(Path(folder), given.nodes, given.edges)]:
            report(path)


if __name__ == "__main__":
    main()
