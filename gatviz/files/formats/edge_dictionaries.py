"""Edge lists whose lines end in a dictionary of attributes, as networkx's `write_edgelist` writes them. Read only.

The dictionaries are Python's; they are read as literals, nothing is run.
"""

from __future__ import annotations

import ast
import math
import re
from itertools import islice
from typing import Any

from gatviz.errors import GatvizError, quote
from gatviz.files.graph_file import GraphFile
from gatviz.files.line_lists import records
from gatviz.files.parsed import Collector, ParsedGraph
from gatviz.words import _

_LINE = re.compile(r"(?P<source>\S+)\s+(?P<target>\S+)\s+(?P<told>\{.*\})")
_LOOKED_AT = 20
_MAX_LENGTH = 5_000
"""Characters of one dictionary."""
TEMPLATE = b"Ada Bo {'weight': 1}\nBo Cy {'weight': 2}\nCy Ada {'weight': 0.5}\n"


def is_edge_dictionaries(file: GraphFile) -> bool:
    """Whether the lines are two names and a dictionary."""
    lines = [line for _number, line in islice(records(file.start), _LOOKED_AT)]
    if len(file.start) < len(file.data) and len(lines) > 1:
        lines = lines[:-1]
    return bool(lines) and all(_LINE.fullmatch(line) for line in lines)


def read_edge_dictionaries(file: GraphFile) -> ParsedGraph:
    """A ParsedGraph from such lines; they do not say whether they are directed, and are taken as a table's are.

    Raises:
        GatvizError: a line of another kind.
    """
    found = Collector(file.where)
    names: dict[str, None] = {}
    for number, line in records(file.decoded.text):
        where = _("{where}, line {line}").format(where=file.where, line=number)
        parts = _LINE.fullmatch(line)
        if parts is None:
            raise GatvizError(where, quote("A B {…}"), quote(line), _("correct the line"))
        names[parts["source"]] = names[parts["target"]] = None
        found.add_edge(parts["source"], parts["target"], _told(parts["told"], where))
    for name in names:
        found.add_node(name, {})
    parsed = found.parsed("edge_dictionaries", directed=True)
    parsed.notes += file.decoded.notes
    return parsed


def _told(text: str, where: str) -> dict[str, Any]:
    if text == "{}":
        return {}
    try:
        told = ast.literal_eval(text) if len(text) <= _MAX_LENGTH else None
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        told = None
    if not isinstance(told, dict):
        raise GatvizError(where, quote("{…}"), quote(text), _("correct the attributes"))
    return {str(key)[:100]: _plain(value) for key, value in told.items()}


def _plain(value: Any) -> Any:
    """Numbers and texts as they are, whatever else as text; numbers that are not finite too."""
    if isinstance(value, bool) or value is None or isinstance(value, str):
        return value
    if isinstance(value, int | float) and math.isfinite(value) and abs(value) < 2**63:
        return value
    return str(value)[:1000]
