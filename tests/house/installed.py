"""gatviz as others install it: a wheel in an environment that holds only what it declares."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.request
import venv
from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from packaging.requirements import Requirement


def build_wheel(project: Path, folder: Path) -> Path:
    """The wheel of a project, built with what is installed here."""
    pip = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "--no-index"]
    subprocess.run([*pip, "--wheel-dir", str(folder), str(project)], check=True, timeout=300)
    (wheel,) = folder.glob("*.whl")
    return wheel


class Installed:
    """An environment with gatviz's wheel in it, and what the wheel declares, taken from here as links.

    Nothing else can be imported there, so a dependency that is not declared is missed. To fetch them all anew
    would prove no more, and take minutes.
    """

    def __init__(self, folder: Path, wheel: Path, extras: list[str]) -> None:
        venv.create(folder, with_pip=False, symlinks=os.name != "nt")
        self._python = str(folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python"))
        self._folder = folder
        self.packages = Path(self.python("-c", "import sysconfig; print(sysconfig.get_path('purelib'))").strip())
        pip = [sys.executable, "-m", "pip", "--python", self._python, "install", "--quiet", "--no-index", "--no-deps"]
        subprocess.run([*pip, str(wheel)], check=True, timeout=120)
        declared = self.python("-c", "import importlib.metadata as m; print(*m.requires('gatviz'), sep='\\n')")
        self._link(declared.splitlines(), extras, set())

    def python(self, *arguments: str, fails: bool = False) -> str:
        """What Python says there, run in a folder that holds nothing of gatviz."""
        done = subprocess.run(
            [self._python, "-I", *arguments],
            cwd=self._folder,
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )
        assert (done.returncode != 0) == fails, done.stdout + done.stderr
        return done.stdout + done.stderr

    def start(self, *arguments: str, folder: Path) -> subprocess.Popen[bytes]:
        """Python there, running on in a folder."""
        environment = {
            name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "STREAMLIT"))
        }
        return subprocess.Popen([self._python, *arguments], cwd=folder, env=environment)

    def _link(self, requirements: Iterable[str], extras: Iterable[str], seen: set[tuple[str, str]]) -> None:
        for one in map(Requirement, requirements):
            wanted = any(one.marker is None or one.marker.evaluate({"extra": extra}) for extra in ("", *extras))
            asked = (one.name, ",".join(sorted(one.extras)))
            if wanted and asked not in seen:
                seen.add(asked)
                self._take(one, seen)

    def _take(self, one: Requirement, seen: set[tuple[str, str]]) -> None:
        try:
            found = distribution(one.name)
        except PackageNotFoundError:
            return  # as what torch's metadata names for graphics cards
        for top in {file.parts[0] for file in found.files or ()} - {"..", "__pycache__"}:
            here, there = Path(str(found.locate_file(top))), self.packages / top
            if not there.exists():
                there.symlink_to(here, target_is_directory=here.is_dir())
        self._link(found.requires or (), one.extras, seen)


class App:
    """An app that Streamlit runs in an environment, started from a folder; gives its address once it answers."""

    def __init__(self, installed: Installed, script: str, folder: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self._url = f"http://127.0.0.1:{port}"
        run = ["-m", "streamlit", "run", script, "--server.headless", "true"]
        run += ["--server.port", str(port), "--server.address", "127.0.0.1"]
        self._server = installed.start(*run, folder=folder)

    def __enter__(self) -> str:
        for _ in range(450):
            try:
                urllib.request.urlopen(f"{self._url}/_stcore/health", timeout=1).close()
            except OSError:
                if self._server.poll() is not None:
                    break
                time.sleep(0.2)
            else:
                return self._url
        self.__exit__()
        raise AssertionError("the app did not start")

    def __exit__(self, *_: object) -> None:
        self._server.terminate()
        self._server.wait(20)
