"""Controls that code sets: what the browser still tells of the value before is no choice of the person."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from gatviz.ui.graph_files import choice
from gatviz.ui.session import session
from gatviz.ui.session.control_values import key_of, set_value, style_of_replaced

ROOT = Path(__file__).parents[2]
FILES = sorted((ROOT / "gatviz" / "ui").rglob("*.py"))
ONE_PLACE = ROOT / "gatviz" / "ui" / "session" / "control_values.py"


def keys_of_controls(tree: ast.AST, constants: dict[str, str]) -> set[str]:
    """What is given as `key=` as it stands: a text, or a name of one."""
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.keyword) and node.arg == "key":
            found |= {text for text in (text_of(node.value, constants),) if text}
    return found


def text_of(node: ast.expr, constants: dict[str, str]) -> str:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    return constants.get(node.id, "") if isinstance(node, ast.Name) else ""


def constants_of(tree: ast.Module) -> dict[str, str]:
    return {
        target.id: node.value.value
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
        for target in node.targets
        if isinstance(target, ast.Name)
    }


def set_by_code(tree: ast.AST, constants: dict[str, str]) -> set[str]:
    """What is assigned in the session's state by a key that is a text."""
    found: set[str] = set()
    for node in ast.walk(tree):
        if not isinstance(node, ast.Subscript) or not isinstance(node.ctx, ast.Store):
            continue
        if ast.unparse(node.value) == "st.session_state":
            found |= {text for text in (text_of(node.slice, constants),) if text}
    return found


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_no_control_is_set_under_the_key_that_it_is_drawn_with(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    constants = constants_of(tree)
    everywhere: set[str] = set()
    for other in FILES:
        drawn = ast.parse(other.read_text(encoding="utf-8"))
        everywhere |= keys_of_controls(drawn, constants_of(drawn))
    assert not set_by_code(tree, constants) & everywhere
    if path != ONE_PLACE:
        assert "session_state.update" not in path.read_text(encoding="utf-8")


def test_what_an_own_graph_was_called_before_is_no_choice(monkeypatch: pytest.MonkeyPatch) -> None:
    """The browser tells the words of an entry; those that are no longer in the list come back as they are."""
    monkeypatch.setattr("streamlit.session_state", {"graph_choice": "Yours: tutorial, edited"})
    before = session.current().work
    choice._choose_sample()
    assert session.current().work is before


def test_a_control_that_code_sets_stands_there_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The browser keeps the one before until the run is over: a rule hides it, and never the one that stands now."""
    state: dict[str, object] = {}
    monkeypatch.setattr("streamlit.session_state", state)
    assert style_of_replaced() == ""
    for value in (1, 2, 3):
        before = key_of("seed")
        state[before] = 0
        set_value("seed", value)
        hidden = re.findall(r"\.(st-key-[\w-]+)", style_of_replaced())
        assert hidden == [f"st-key-{before}"]
        assert key_of("seed") != before
