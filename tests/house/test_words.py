"""Words go through gettext: in the rooms below no literal that a person reads stands outside `_`, `N_`, `ngettext`."""

from __future__ import annotations

import ast
import re
import string
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ROOMS = ("files", "graph", "numbers", "errors")
"""The rooms (and modules) of gatviz whose words all go through gettext."""

SAYS = ("_", "N_", "ngettext")
SENTENCES = ("GatvizError", "wrong", "_wrong")
"""What makes a sentence of its arguments: there a single word is one too."""
PARTS = ("where", "expected", "found", "mend", "told", "reason", "shown", "words", "note", "notes", "title")
"""What such an argument is called where it gets its value first."""
DATA = {
    "files/samples.py": ("Three nodes in a ring: Bo reads Ada, Cy reads Bo, Ada reads Cy.",),
    "files/formats/torch_file.py": ("collections OrderedDict", "torch  Storage"),
}
"""What stands in files, by module."""
CODE = re.compile(
    r"'[^']*'|\"[^\"]*\"|<[^>]*>"  # quoted, a tag
    r"|\b[a-z]*[a-z0-9]_[a-z0-9_]*|\b[A-Z]{2,}\b|\b[xyXW]\b|npz"  # a name of the program or of an array, an acronym
    r"|\\.|\[[^\]]*\]|[^a-zA-Z]"
)
"""What is no word of a language."""
SENTENCE = re.compile(r"[A-Za-z]{2,},? +[a-zA-Z]+")

Literal = ast.Constant | ast.JoinedStr


def modules() -> list[Path]:
    found = [path for room in ROOMS for path in (ROOT / "gatviz" / room).rglob("*.py")]
    return sorted(found + [path for room in ROOMS if (path := ROOT / "gatviz" / f"{room}.py").exists()])


def called(call: ast.Call) -> str:
    return call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")


def text(literal: Literal) -> str:
    """Its own letters, a blank for each part that is filled in."""
    if isinstance(literal, ast.Constant):
        return literal.value if isinstance(literal.value, str) else ""
    return "".join(part.value if isinstance(part, ast.Constant) else " " for part in literal.values)


def leaves(value: ast.expr) -> Iterator[Literal]:
    """The literals that an expression may be or is made of."""
    inside: list[ast.expr] = []
    match value:
        case ast.Constant() | ast.JoinedStr():
            yield value
        case ast.IfExp():
            inside = [value.body, value.orelse]
        case ast.BoolOp(values=inside) | ast.Tuple(elts=inside) | ast.List(elts=inside) | ast.Dict(values=inside):
            pass
        case ast.BinOp():
            inside = [value.left, value.right]
        case ast.ListComp() | ast.GeneratorExp():
            inside = [value.elt]
    for part in inside:
        yield from leaves(part)


def said_values(node: ast.AST) -> list[ast.expr]:
    """The expressions that a node makes a part of a sentence."""
    match node:
        case ast.Call() if called(node) in SENTENCES:
            return [*node.args, *(keyword.value for keyword in node.keywords)]
        case ast.Call(func=ast.Attribute(attr="append", value=ast.Name(id=name) | ast.Attribute(attr=name))):
            return node.args if name in PARTS else []
        case ast.Assign(targets=[ast.Tuple(elts=names)], value=ast.Tuple(elts=values)):
            return [value for name, value in zip(names, values, strict=True) if named(name) in PARTS]
        case ast.Assign(targets=[target]) if named(target) in PARTS:
            return [node.value]
        case ast.AugAssign() | ast.AnnAssign() if named(node.target) in PARTS and node.value is not None:
            return [node.value]
    return []


def named(target: ast.expr) -> str:
    return target.id if isinstance(target, ast.Name) else getattr(target, "attr", "")


def bypassing(source: str, data: tuple[str, ...] = ()) -> list[str]:
    """The words that go round gettext, and what a catalogue could not hold or fill in, each with its line."""
    tree = ast.parse(source)
    says = any(isinstance(node, ast.alias) and node.name == "_" for node in ast.walk(tree))
    through: set[ast.AST] = set()
    problems: list[tuple[int, str]] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            through.add(node.value)  # documentation
        elif isinstance(node, ast.Call) and called(node) in (*SAYS, "compile", "search"):
            through.update(inner for part in node.args for inner in ast.walk(part))
            bad = [part for part in node.args if isinstance(part, ast.JoinedStr | ast.BinOp)]
            problems += [(part.lineno, f"no id: {ast.unparse(part)}") for part in bad if called(node) in SAYS]
        elif isinstance(node, ast.Call) and called(node) == "format" and isinstance(node.func, ast.Attribute):
            problems += misfilled(node.func.value, node)
        elif isinstance(node, ast.Name) and node.id == "_" and isinstance(node.ctx, ast.Store) and says:
            problems.append((node.lineno, "_ is what says words here"))
    marked = {
        target.id
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call) and called(node.value) == "N_"
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and node.id in marked and isinstance(node.ctx, ast.Load) and node not in through:
            problems.append((node.lineno, f"{node.id} is marked, but not said"))
    alone = [literal for node in ast.walk(tree) for value in said_values(node) for literal in leaves(value)]
    inner = {part for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values}
    for node in ast.walk(tree):
        if not isinstance(node, Literal) or node in through or node in inner or text(node) in data:
            continue
        words = CODE.sub(lambda found: " " if found[0].isspace() else "·", text(node))
        if SENTENCE.search(words) or (node in alone and re.search("[A-Za-z]", words)):
            problems.append((node.lineno, text(node)))
    return [f"{line}: {problem}" for line, problem in sorted(problems)]


def misfilled(said: ast.expr, call: ast.Call) -> list[tuple[int, str]]:
    """A message whose gaps are not the ones that are filled."""
    if not isinstance(said, ast.Call) or called(said) not in SAYS or call.keywords[-1:] == [] or call.args:
        return []
    forms = [part.value for part in said.args if isinstance(part, ast.Constant)]
    given = {keyword.arg for keyword in call.keywords}
    gaps = [{gap for _, gap, _, _ in string.Formatter().parse(form) if gap is not None} for form in forms]
    wrong = bool(forms) and (gaps[-1] != given or not gaps[0] <= given)
    return [(call.lineno, f"gaps {gaps}, given {given}")] if wrong and None not in given else []


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(ROOT / "gatviz")))
def test_no_words_go_round_gettext(path: Path):
    name = str(path.relative_to(ROOT / "gatviz"))
    assert not bypassing(path.read_text(encoding="utf-8"), DATA.get(name, ()))


@pytest.mark.parametrize(
    "line",
    [
        'raise GatvizError(where, "a number", found, mend)',
        'raise GatvizError(where, x, "none", mend)',
        'raise GatvizError(f"{where}, row {k}", x, y, z)',
        'raise self._wrong(place, x, "none" if x else quote(x))',
        'found = "nothing"',
        'notes.append(f"left out: {x}")',
        'parsed.notes += [f"{x} edges"]',
        'told = {1: "one edge"}',
        'title = "edge list (CSV)"',
        '_(f"{n} nodes")',
        '_("a " + "number")',
        '_("{n} nodes").format(count=n)',
        'ngettext("{n} node", "{n} nodes", n).format(k=n)',
        "from gatviz.words import _\nfor _ in range(3):\n    pass",
        'x = f"{n} node{plural} more"',
        'A = N_("a number")\nraise GatvizError(where, A, found, mend)',
    ],
)
def test_the_guard_knows_words(line: str):
    assert bypassing(line)


@pytest.mark.parametrize(
    "line",
    [
        'raise GatvizError(_("row {k}").format(k=k), _("a number"), quote(x), _("none") if x else _("one"))',
        'raise GatvizError(f"{where}, {quote(name)}", f"{n:,}", "edge_index", "[2, E]")',
        'A = N_("a number")\nx = _(A)',
        'KEYS = ("source", "target")',
        'ngettext("one node", "{n} nodes", n).format(n=n)',
        '"""What it is for."""',
        're.compile("some words")',
    ],
)
def test_the_guard_lets_pass_what_is_said_and_what_is_data(line: str):
    assert not bypassing(line)
