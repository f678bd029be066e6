"""What a person reads is a message: no words beside gatviz.words, and all messages are such as a catalogue can hold."""

from __future__ import annotations

import ast
import re
import string
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.ui.pseudo import extracted

ROOT = Path(__file__).parents[2]
ROOMS = ("ui",)
"""Whose words all go through gatviz.words; a room is added as soon as its do."""

SAID = ("_", "ngettext", "N_")
LABELLED = (
    *("badge", "button", "caption", "checkbox", "dialog", "download_button", "error", "expander", "file_uploader"),
    *(
        "info",
        "markdown",
        "multiselect",
        "number_input",
        "pills",
        "popover",
        "segmented_control",
        "selectbox",
        "slider",
    ),
    *("spinner", "success", "text_area", "text_input", "toggle", "warning", "CheckboxColumn", "NumberColumn"),
    *("TextColumn", "choice", "picked", "weights_choice", "GatvizError"),
)
"""Calls whose first argument a person reads; every argument of a GatvizError."""
READ = ("label", "help", "placeholder", "title", "text", "caption", "explanation", "symbol", "unit", "about", "alt")
"""Keywords whose value a person reads."""
QUIET = ("key", "icon", "mime", "file_name", "type", "format", "formula", "config", "width", "use", "by")
"""Keywords whose value nobody reads, or which is a name."""
PLAIN = {
    *("GAT", "GATv2", "PyG", "SVG", "PNG", "JSON", "gatviz", "torch (.pt)", "safetensors", "α", "Δα", "GCN"),
    *("Les Misérables", "Zachary 1977", "Knuth 1993", "Padgett", "1941"),
    *("source,target\nA,B\nB,C", "id,label,f0,f1\nA,x,1,0\nB,y,0,1\nC,x,1,1"),
}
"""Names, and examples of files: the same in every language."""
STYLES = ("_STYLE", "_PRIMARY", "_DOT", "look")
"""Names of what holds CSS."""

_SENTENCE = re.compile(r"[^\W\d_]{2,},? [^\W\d_]{2,}|^[A-Z][a-z]+\b")
_WORD = re.compile(r"[^\W\d_]{2,}")
FILES = [path for room in ROOMS for path in sorted((ROOT / "gatviz" / room).rglob("*.py"))]
ALL = sorted((ROOT / "gatviz").rglob("*.py"))


def name_of(call: ast.Call) -> str:
    return call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")


def is_read(node: ast.AST, within: list[ast.AST]) -> bool:
    """Whether a text stands where a person reads it, straight or through a conditional or an f-string."""
    for parent in reversed(within):
        if isinstance(parent, ast.keyword):
            return parent.arg in READ
        if isinstance(parent, ast.Call):
            first = parent.args[:1] if name_of(parent) != "GatvizError" else parent.args
            return name_of(parent) in LABELLED and any(node in ast.walk(one) for one in first)
        if not isinstance(parent, ast.IfExp | ast.JoinedStr | ast.BinOp | ast.BoolOp):
            return False
    return False


def is_quiet(within: list[ast.AST]) -> bool:
    """Whether it stands where nobody reads it: in a type, a docstring, a style, a quiet keyword, or is a message."""
    return any(hides(parent, inner) for parent, inner in zip(within, [*within[1:], None], strict=True))


def hides(parent: ast.AST, inner: ast.AST | None) -> bool:
    match parent:
        case ast.Expr():  # a docstring
            return inner is None
        case ast.AnnAssign(annotation=place) | ast.arg(annotation=place) | ast.FunctionDef(returns=place):
            return inner is not None and inner is place
        case ast.Subscript(value=ast.Name(id="Literal")):
            return True
        case ast.keyword():
            return parent.arg in QUIET
        case ast.Assign(targets=[ast.Name(id=name)]):
            return name in STYLES
        case _:
            return isinstance(parent, ast.Call) and name_of(parent) in (*SAID, "TypeVar")


def texts(tree: ast.AST) -> Iterator[tuple[str, int, ast.AST, list[ast.AST]]]:
    """All literal texts with their line, node and what they stand within; an f-string is one, with gaps for values."""

    def walk(node: ast.AST, within: list[ast.AST]) -> Iterator[tuple[str, int, ast.AST, list[ast.AST]]]:
        if isinstance(node, ast.JoinedStr):
            whole = "".join(str(one.value) if isinstance(one, ast.Constant) else "\0" for one in node.values)
            yield whole, node.lineno, node, within
            for one in node.values:
                if isinstance(one, ast.FormattedValue):
                    yield from walk(one.value, [*within, node])
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value, node.lineno, node, within
        else:
            for child in ast.iter_child_nodes(node):
                yield from walk(child, [*within, node])

    yield from walk(tree, [])


def bypassing(code: str) -> list[tuple[int, str]]:
    """Texts that read like words, or stand where words are read, and are no messages."""
    found = []
    for text, line, node, within in texts(ast.parse(code)):
        shown = re.sub(r"<[^>]*>", "\0", text).strip()
        reads = _SENTENCE.search(shown) or (is_read(node, within) and _WORD.search(shown))
        if reads and text not in PLAIN and not is_quiet(within):
            found.append((line, text))
    return found


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_words_bypass_the_catalogues(path: Path):
    assert bypassing(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    "code",
    [
        'st.button("go")',
        'st.caption(f"{n} nodes")',
        'st.info("Nothing" if n else _("Something"))',
        'left.selectbox(_("Format"), names, help="which one")',
        'title = "two words"',
        'titles = {"heads": "Heads"}',
        'raise GatvizError(where, "number", found, mend)',
        'say([f"<p>how are {name}</p>"])',
    ],
)
def test_the_guard_knows_words_that_bypass(code: str):
    assert bypassing(code)


@pytest.mark.parametrize(
    "code",
    [
        'st.button(_("go"), key="go there", icon=":material/add:")',
        '"""A docstring of words."""',
        'st.caption(ngettext("{n} node", "{n} nodes", n).format(n=n))',
        'kind: Literal["one word"] = "graph"',
        'st.html(f"<p class=\\"big text\\">{told}</p>")',
        '_STYLE = "<style>p { margin: 0 auto }</style>"',
    ],
)
def test_the_guard_lets_messages_and_keys_pass(code: str):
    assert bypassing(code) == []


# ---- messages ---------------------------------------------------------------------------------------------------


def calls(path: Path) -> Iterator[tuple[ast.Call, list[ast.AST]]]:
    def walk(node: ast.AST, within: list[ast.AST]) -> Iterator[tuple[ast.Call, list[ast.AST]]]:
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in SAID:
            yield node, within
        for child in ast.iter_child_nodes(node):
            yield from walk(child, [*within, node])

    yield from walk(ast.parse(path.read_text(encoding="utf-8")), [])


def test_messages_are_literals_said_when_somebody_listens():
    """What is said while a module is read would be in nobody's language; what is made up, in no catalogue."""
    for path in ALL:
        if path.name == "words.py":
            continue
        for call, within in calls(path):
            where = f"{path.name}, line {call.lineno}"
            name = name_of(call)
            forms = call.args[:2] if name == "ngettext" else call.args
            literal = all(isinstance(one, ast.Constant) and isinstance(one.value, str) for one in forms)
            marked = name == "_" and isinstance(forms[0], ast.Name | ast.Attribute | ast.Subscript)  # by N_, elsewhere
            assert literal or marked, f"{where}: not a literal"
            assert not any(isinstance(one, ast.JoinedStr) for one in within), f"{where}: in an f-string"
            if name != "N_":
                inner = [one for one in within if isinstance(one, ast.FunctionDef | ast.Lambda)]
                assert inner, f"{where}: said while the module is read"
                assert not set(inner[0].args.defaults) & set(within), f"{where}: said while the module is read"


def test_babel_finds_every_message(capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture):
    """So that a catalogue can be made of them: no warning, nothing missed, every gap named."""
    catalogue = extracted()
    out, err = capfd.readouterr()
    assert (out, err, caplog.text) == ("", "", "")
    known = {form for one in catalogue for form in ([one.id] if isinstance(one.id, str) else one.id)}
    for path in ALL:
        for call, _within in calls(path):
            for form in call.args[: 2 if name_of(call) == "ngettext" else 1]:
                assert not isinstance(form, ast.Constant) or form.value in known, form.value
    for message in catalogue:
        forms = [message.id] if isinstance(message.id, str) else message.id
        gaps = [{name for _t, name, _f, _c in string.Formatter().parse(form) if name is not None} for form in forms]
        assert all(name.isidentifier() for names in gaps for name in names), forms
        assert all(names == gaps[0] for names in gaps), forms
