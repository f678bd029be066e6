"""One word, one thing: no name of a class or of a type has a second meaning in another room."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).parents[2]
FILES = sorted((ROOT / "gatviz").rglob("*.py"))
ON_THE_WIRE = ("protocol", "_protocol")
"""What crosses to the browser may be called as what it carries: `protocol.Stage` is a `Stage` on its way."""


def types_of(path: Path) -> dict[str, str]:
    """The public classes and aliases of types at the top of a module: what each is, as far as two can be the same."""
    found: dict[str, str] = {}
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.ClassDef):
            found[node.name] = f"class of {path.relative_to(ROOT)}"
        elif isinstance(node, ast.Assign):
            for target in node.targets:
                if isinstance(target, ast.Name) and not target.id.isupper() and target.id[0].isupper():
                    found[target.id] = ast.unparse(node.value)
    return {name: what for name, what in found.items() if not name.startswith("_")}


def test_no_type_bears_the_name_of_another() -> None:
    meanings: defaultdict[str, dict[str, Path]] = defaultdict(dict)
    for path in FILES:
        if not path.stem.endswith(ON_THE_WIRE):
            for name, what in types_of(path).items():
                meanings[name][what] = path.relative_to(ROOT)
    assert len(meanings) > 200, "the walk has lost its way"
    assert {name: several for name, several in meanings.items() if len(several) > 1} == {}


def test_what_crosses_to_the_browser_has_one_name_in_all_its_declarations() -> None:
    names = [name for path in FILES if path.stem.endswith(ON_THE_WIRE) for name in types_of(path)]
    assert sorted(names) == sorted(set(names))


OTHER_WORDS_FOR_A_LIMIT = re.compile(r"\b_?(?:MOST|LEAST|LONGEST|LARGEST|SMALLEST|FEWEST|TALLEST|DEEPEST|WIDEST)_\w+\b")


def test_a_limit_begins_with_max_or_min() -> None:
    written = [*FILES, *(ROOT / "gatviz" / "stage" / "js").glob("*.js"), *(ROOT / "tests").rglob("*.py")]
    texts = {str(path.relative_to(ROOT)): path.read_text(encoding="utf-8") for path in written}
    assert {name: found for name, text in texts.items() if (found := OTHER_WORDS_FOR_A_LIMIT.findall(text))} == {}
