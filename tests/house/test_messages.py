"""What a person reads is a message: no words beside gatviz.words, and all messages are such as a catalogue can hold."""

from __future__ import annotations

import ast
import re
import string
from collections.abc import Container, Iterator
from pathlib import Path

import pytest

from tests.ui.pseudo import extracted

ROOT = Path(__file__).parents[2]
SCREEN = ("ui",)
"""The rooms in which a word with a capital is one that a person reads."""

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
    *("TextColumn", "choice", "picked", "weights_choice"),
)
"""Calls whose first argument a person reads."""
SENTENCES = ("GatvizError", "wrong", "_wrong")
"""Calls that make a sentence of all their arguments, but for a keyword as its place."""
PARTS = ("where", "expected", "found", "mend", "told", "reason", "shown", "note", "notes")
"""What such an argument, or a list of sentences, is called where it gets its value."""
READ = ("label", "help", "placeholder", "title", "text", "caption", "explanation", "symbol", "unit", "about", "alt")
"""Keywords whose value a person reads."""
QUIET = ("key", "icon", "mime", "file_name", "type", "format", "formula", "config", "width", "use", "by")
"""Keywords whose value nobody reads, or which is a name."""
PLAIN = {
    *("PyTorch Geometric", "Streamlit", "--choose", "--from", "DGL", "pyGAT", "pytorch-GAT"),
    *("GAT", "GATv2", "PyG", "SVG", "PNG", "JSON", "gatviz", "torch (.pt)", "safetensors", "α", "Δα", "GCN"),
    *("GAT, Cora and Citeseer", "Les Misérables", "Zachary 1977", "Knuth 1993", "Padgett", "1941"),
    *("Three nodes in a ring: Bo reads Ada, Cy reads Bo, Ada reads Cy.", "collections OrderedDict", "row sums"),
    "data.x = data.x.view(len(data.x), -1)",
    *("source,target\nA,B\nB,C", "id,label,f0,f1\nA,x,1,0\nB,y,0,1\nC,x,1,1"),
}
"""Names, and examples of files: the same in every language."""
STYLES = ("_STYLE", "_FOOT_STYLE", "_LINK_STYLE", "_PRIMARY", "_DOT", "look", "style", "_POLICY")
"""Names of what holds CSS."""
DEVELOPERS = ("TypeVar", "TypeError", "AttributeError", "compile", "search")
"""Calls whose arguments only a developer reads."""
CODE = (
    *("__all__", "_ENCODE", "_SCALARS", "_DTYPE", "_KINDS", "_PLAIN", "_COLUMNS", "UNLABELLED"),
    *("_ABOVE_LEFT", "_INSIDE", "_BESIDE", "EXAMPLES", "_EXAMPLES"),
    *("_REMOVAL", "_ATTENTION", "_MESSAGES", "_MARGIN"),
)
"""Names of what holds names of code: Python's, a pickle's, plotly's, LaTeX, or what stands in tables."""

PROGRAMS = ("scripts.py", "script_text.py")
"""What these write is code, which is in English everywhere."""

_SENTENCE = re.compile(r"[^\W\d_]{2,},? [^\W\d_]+")
_CAPITAL = re.compile(r"^[A-Z][a-z]+\b")
_CODE = re.compile(
    r"\\[a-zA-Z]+(?:\{\w*\})?|\w*_\w*|\w+\(\w*\)|\b[A-Z]{2,}\b|\b(?:npz|adj|Wh|True|False|None)\b|'[^']*'"
)
"""LaTeX, names of the program and of arrays, calls, acronyms, and what is quoted."""
_WORD = re.compile(r"[^\W\d_]{2,}")
ALL = sorted((ROOT / "gatviz").rglob("*.py"))
FILES = [path for path in ALL if path.name not in ("words.py", "types.py", *PROGRAMS)]
"""Whose words all go through gatviz.words; one writes TypeScript, and no words."""


def name_of(call: ast.Call) -> str:
    return call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")


def is_read(node: ast.AST, within: list[ast.AST]) -> bool:
    """Whether a text stands where a person reads it, straight or through a conditional or an f-string."""
    for parent in reversed(within):
        match parent:
            case ast.keyword(arg=name):
                return name in (*READ, *PARTS)
            case ast.Call():
                return any(node is one for argument in said_by(parent) for one in ast.walk(argument))
            case ast.Assign(targets=targets, value=value):
                return any(gives(target, value, node) for target in targets)
            case ast.AugAssign(target=target):
                return name_in(target) in PARTS
            case ast.IfExp() | ast.JoinedStr() | ast.BinOp() | ast.BoolOp() | ast.Tuple() | ast.List():
                pass
            case _:
                return False
    return False


def said_by(call: ast.Call) -> list[ast.expr]:
    """The arguments of a call that a person reads."""
    name = name_of(call)
    if name == "append" and name_in(call.func) in PARTS:
        return [one for one in call.args if not isinstance(one, ast.Tuple)]
    if name in SENTENCES:
        place = call.args[0].value if call.args and isinstance(call.args[0], ast.Constant) else ""
        return call.args[1:] if str(place).isidentifier() else call.args
    return call.args[:1] if name in LABELLED else []


def name_in(node: ast.AST) -> str:
    """The last but one name of `a.b.append`, the last one of `a.b`."""
    if isinstance(node, ast.Attribute) and node.attr == "append":
        return name_in(node.value)
    return node.id if isinstance(node, ast.Name) else getattr(node, "attr", "")


def gives(target: ast.AST, value: ast.AST, node: ast.AST) -> bool:
    """Whether an assignment gives a text to something that is part of a sentence."""
    if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
        return any(gives(one, part, node) for one, part in zip(target.elts, value.elts, strict=True))
    return name_in(target) in PARTS and any(one is node for one in ast.walk(value))


def is_quiet(within: list[ast.AST]) -> bool:
    """Whether it stands where nobody reads it: in a type, a docstring, a style, a quiet keyword, or is a message."""
    return any(hides(parent, inner) for parent, inner in zip(within, [*within[1:], None], strict=True))


def hides(parent: ast.AST, inner: ast.AST | None) -> bool:
    match parent:
        case ast.Expr() | ast.Assert():  # a docstring, what a developer reads
            return inner is None
        case ast.FunctionDef(name="__repr__") | ast.Subscript(value=ast.Name(id="Literal")):
            return True
        case (
            ast.AnnAssign(annotation=place)
            | ast.arg(annotation=place)
            | ast.FunctionDef(returns=place)
            | ast.Assert(msg=place)
        ):
            return inner is not None and inner is place
        case ast.keyword():
            return parent.arg in QUIET
        case ast.Assign(targets=[ast.Name(id=name)]):
            return name in (*STYLES, *CODE)
        case _:
            return isinstance(parent, ast.Call) and name_of(parent) in (*SAID, *DEVELOPERS)


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


def bypassing(code: str, screen: bool = True) -> list[tuple[int, str]]:
    """Texts that read like words, or stand where words are read, and are no messages."""
    found = []
    for text, line, node, within in texts(ast.parse(code)):
        shown = re.sub(r"<[^>]*>", "\0", text).strip()
        words = shown if screen else _CODE.sub("\0", shown)
        reads = _SENTENCE.search(words) or (screen and _CAPITAL.search(shown))
        reads = reads or (is_read(node, within) and _WORD.search(words))
        if reads and text not in PLAIN and not is_quiet(within):
            found.append((line, text))
    return found


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_words_bypass_the_catalogues(path: Path) -> None:
    screen = path.relative_to(ROOT / "gatviz").parts[0] in SCREEN
    assert bypassing(path.read_text(encoding="utf-8"), screen) == []


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
        'raise GatvizError("of layers", expected, found, mend)',
        'say([f"<p>how are {name}</p>"])',
        'raise GatvizError(where, x, "none" if x else quote(x), mend)',
        'raise GatvizError(f"{where}, row {k}", x, y, z)',
        'raise self._wrong(place, x, "none")',
        'found, mend = quote(x), "nothing"',
        'told = (where, x, "none", mend)',
        'parsed.notes.append(f"{n} edges")',
        'notes += [f"{n} edges"]',
    ],
)
@pytest.mark.parametrize("screen", [True, False])
def test_the_guard_knows_words_that_bypass(code: str, screen: bool) -> None:
    assert bypassing(code, screen) or (not screen and '"Heads"' in code)


@pytest.mark.parametrize(
    "code",
    [
        'st.button(_("go"), key="go there", icon=":material/add:")',
        '"""A docstring of words."""',
        'st.caption(ngettext("{n} node", "{n} nodes", n).format(n=n))',
        'kind: Literal["one word"] = "graph"',
        'st.html(f"<p class=\\"big text\\">{told}</p>")',
        '_STYLE = "<style>p { margin: 0 auto }</style>"',
        'raise GatvizError(f"{where}, {quote(name)}", f"{n:,}", _("a number"), "[2, E]")',
        'raise GatvizError("heads", expected, found, mend)',
    ],
)
def test_the_guard_lets_messages_and_keys_pass(code: str) -> None:
    assert bypassing(code) == []


READING = (
    *("startswith", "endswith", "removeprefix", "removesuffix", "replace", "index", "find", "split", "partition"),
    *("search", "match", "fullmatch", "sub"),
)
"""What looks into a text; of words nothing should."""


def asked(tree: ast.AST) -> Iterator[tuple[ast.expr | ast.stmt, list[ast.expr]]]:
    """Every place where a program takes a decision on a text: what is compared, and what is looked into."""
    for node in ast.walk(tree):
        match node:
            case ast.Compare(left=left, comparators=others):
                yield node, [left, *others]
            case ast.Call(func=ast.Attribute(attr=name, value=value), args=args) if name in READING:
                yield node, [value, *args[:1]]
            case ast.Match(subject=subject, cases=cases):
                yield (
                    node,
                    [subject, *(case.pattern.value for case in cases if isinstance(case.pattern, ast.MatchValue))],
                )


def deciding_on_words(code: str, messages: Container[str] = ()) -> list[tuple[int, str]]:
    """Decisions on a message, or on a literal that reads like one."""
    tree = ast.parse(code)
    said = {
        (id(inner), target.id)
        for within in ast.walk(tree)
        if isinstance(within, ast.FunctionDef)
        for node in ast.walk(within)
        if isinstance(node, ast.Assign) and is_said(node.value)
        for target in node.targets
        if isinstance(target, ast.Name)
        for inner in ast.walk(within)
        if isinstance(inner, ast.Name) and inner.id == target.id and inner.lineno > node.lineno
    }
    found = []
    for node, parts in asked(tree):
        for part in parts:
            for one in part.elts if isinstance(part, ast.Tuple | ast.List | ast.Set) else [part]:
                text = one.value if isinstance(one, ast.Constant) and isinstance(one.value, str) else ""
                words = _CODE.sub("\0", text)
                reads = _SENTENCE.search(words) or (text in messages and (" " in text.strip() or _CAPITAL.search(text)))
                if is_said(one) or (isinstance(one, ast.Name) and (id(one), one.id) in said) or reads:
                    found.append((node.lineno, ast.unparse(one)))
    return found


def is_said(node: ast.AST) -> bool:
    """Whether this is a message, as it is or filled in."""
    match node:
        case ast.Call(func=ast.Attribute(attr="format", value=value)):
            return is_said(value)
        case ast.Call():
            return name_of(node) in SAID
        case ast.IfExp(body=body, orelse=other):
            return is_said(body) or is_said(other)
    return False


def test_nothing_is_decided_on_words() -> None:
    """What is decided hangs on a key, a number or a type: words are free to change, and are others in each language."""
    messages = {form for one in extracted() for form in ([one.id] if isinstance(one.id, str) else one.id)}
    for path in ALL:
        assert deciding_on_words(path.read_text(encoding="utf-8"), messages) == [], path


@pytest.mark.parametrize(
    "code",
    [
        'verb = "rank" if which.startswith("Heads") else "ranks"',
        'if "GCN weight" in titles: pass',
        'if title == _("compare"): pass',
        'caption.replace("of this head", "")',
        'def f():\n    title = _("a {b}").format(b=c)\n    return title == other',
        'found = re.search(r"(\\d+) fields in line (\\d+)", message)',
        'match title:\n    case "Every head":\n        pass',
    ],
)
def test_the_guard_knows_decisions_on_words(code: str) -> None:
    assert deciding_on_words(code, {"Heads", "GCN weight"})


@pytest.mark.parametrize(
    "code",
    ['if kind == "GAT": pass', 'name.startswith("W_")', 'if "alpha" in fields: pass', '_("a").join(parts)'],
)
def test_the_guard_lets_decisions_on_keys_pass(code: str) -> None:
    assert not deciding_on_words(code, {"Heads"})


def misused(code: str) -> list[tuple[int, str]]:
    """Messages whose gaps are not the ones that are filled, marked ones that are not said, and `_` as another name."""
    tree = ast.parse(code)
    found = []
    says = any(isinstance(node, ast.alias) and node.name == "_" for node in ast.walk(tree))
    marked = {
        name_in(target)
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call) and name_of(node.value) == "N_"
        for target in node.targets
    }
    for node in ast.walk(tree):
        match node:
            case ast.Name(id="_", ctx=ast.Store()) if says:
                found.append((node.lineno, "_ says words here"))
            case ast.Call() if name_of(node) in SENTENCES:
                names = {one.id for one in node.args if isinstance(one, ast.Name)}
                found += [(node.lineno, f"{name} is marked and not said") for name in sorted(names & marked)]
            case ast.Call(func=ast.Attribute(attr="format", value=ast.Call() as call)) if name_of(call) in SAID:
                forms = [one.value for one in call.args if isinstance(one, ast.Constant) and isinstance(one.value, str)]
                gaps = {name for form in forms for _t, name, _f, _c in string.Formatter().parse(form) if name}
                given = {keyword.arg for keyword in node.keywords}
                if node.args or (forms and None not in given and gaps != given):
                    found.append((node.lineno, f"gaps {sorted(gaps)}"))
    return found


@pytest.mark.parametrize("path", ALL, ids=lambda path: str(path.relative_to(ROOT)))
def test_messages_are_filled_and_said(path: Path) -> None:
    assert misused(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    "code",
    [
        '_("{n} nodes").format(count=n)',
        'ngettext("{n} node", "{n} nodes", n).format(n)',
        'A = N_("a number")\nraise GatvizError(where, A, found, mend)',
        "from gatviz.words import _\nfor _ in range(3):\n    pass",
    ],
)
def test_the_guard_knows_messages_that_are_misused(code: str) -> None:
    assert misused(code)
    assert not misused('A = N_("a {b}")\nx = _(A).format(b=1)\ny = _("{n}").format(n=n)')


# ---- messages ---------------------------------------------------------------------------------------------------


def calls(path: Path) -> Iterator[tuple[ast.Call, list[ast.AST]]]:
    def walk(node: ast.AST, within: list[ast.AST]) -> Iterator[tuple[ast.Call, list[ast.AST]]]:
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in SAID:
            yield node, within
        for child in ast.iter_child_nodes(node):
            yield from walk(child, [*within, node])

    yield from walk(ast.parse(path.read_text(encoding="utf-8")), [])


def test_messages_are_literals_said_when_somebody_listens() -> None:
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


def test_babel_finds_every_message(capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture) -> None:
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
