"""CSV edge lists (header source,target + attributes) with an optional node table (header id, label, pos_x, pos_y, features)."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import pandas as pd

from gatviz.errors import GatvizError, quote
from gatviz.graph import Graph
from gatviz.io import limits
from gatviz.io.build import Draft, build

_KNOWN = ("id", "label", "split", "pos_x", "pos_y")


def read_csv(edges: str, where: str, nodes: str | None = None, nodes_where: str = "node table") -> Graph:
    """A directed Graph from an edge list, and a node table if there is one.

    Raises:
        GatvizError: a missing column, a blank or non-numeric cell, a row of another length, an unknown node.
    """
    table = _table(edges, where)
    for column in ("source", "target"):
        if column not in table:
            raise GatvizError(
                f"{where}, line 1",
                "a header with the columns source and target",
                quote(", ".join(table.columns)),
                "name the columns so",
            )
    limits.check_arcs(where, len(table))
    for column in ("source", "target"):
        blank = np.flatnonzero(table[column].str.strip() == "")
        if blank.size:
            raise GatvizError(
                f"{where}, line {blank[0] + 2}",
                f"a node as {column}",
                "a blank cell",
                "fill it in or remove the row",
            )
    draft = Draft(where)
    extra = [column for column in table.columns if column not in ("source", "target")]
    columns = {column: _values(table[column]) for column in extra}
    sources, targets = table["source"].str.strip().tolist(), table["target"].str.strip().tolist()
    draft.arcs = [
        (source, target, {column: columns[column][k] for column in extra if columns[column][k] is not None})
        for k, (source, target) in enumerate(zip(sources, targets, strict=True))
    ]
    if nodes is None:
        draft.names = list(
            dict.fromkeys(name for pair in zip(sources, targets, strict=True) for name in pair)
        )
    else:
        _read_nodes(_table(nodes, nodes_where), nodes_where, draft)
    return build(draft)


def _table(text: str, where: str) -> pd.DataFrame:
    header = text.lstrip().split("\n", 1)[0]
    separator = max(",;\t", key=header.count)
    try:
        table = pd.read_csv(
            io.StringIO(text), sep=separator, dtype=str, keep_default_na=False, skipinitialspace=True,
            index_col=False, on_bad_lines="error",
        )  # fmt: skip
    except pd.errors.EmptyDataError as error:
        raise GatvizError(
            where, "a header line", "nothing", "write source,target in the first line"
        ) from error
    except (pd.errors.ParserError, ValueError) as error:
        raise GatvizError(
            where, "as many cells in every row as in the header", quote(str(error).strip()), "mend that row"
        ) from error
    table.columns = [str(column).strip() for column in table.columns]
    if table.columns.duplicated().any():
        twice = table.columns[table.columns.duplicated()][0]
        raise GatvizError(
            f"{where}, line 1", "each column once", f"{quote(twice)} twice", "rename one of the two"
        )
    missing = np.argwhere(table.isna().to_numpy())
    if missing.size:
        row, column = missing[0]
        raise GatvizError(
            f"{where}, line {row + 2}", f"{table.shape[1]} cells", f"{column}", "add the missing cells"
        )
    return table


def _values(column: pd.Series) -> list[Any]:
    """Numbers where the whole column is numbers, else text; blank cells become None."""
    numbers = pd.to_numeric(column.replace("", None), errors="coerce")
    text = column.tolist()
    if all(cell == "" or np.isfinite(number) for cell, number in zip(text, numbers, strict=True)):
        whole = all(
            cell == "" or float(number).is_integer() for cell, number in zip(text, numbers, strict=True)
        )
        return [
            None if cell == "" else int(number) if whole else float(number)
            for cell, number in zip(text, numbers, strict=True)
        ]
    return [cell or None for cell in text]


def _read_nodes(table: pd.DataFrame, where: str, draft: Draft) -> None:
    if "id" not in table:
        raise GatvizError(
            f"{where}, line 1",
            "a header with the column id",
            quote(", ".join(table.columns)),
            "name the column of names so",
        )
    limits.check_nodes(where, len(table))
    draft.names = table["id"].str.strip().tolist()
    if "label" in table:
        draft.labels = [cell.strip() or None for cell in table["label"]]
    if "split" in table:
        draft.split = [cell.strip() or None for cell in table["split"]]
    if "pos_x" in table and "pos_y" in table:
        draft.positions = list(
            zip(_numbers(table, "pos_x", where), _numbers(table, "pos_y", where), strict=True)
        )
    features = [column for column in table.columns if column not in _KNOWN]
    limits.check_features(where, len(table), len(features))
    if features:
        draft.x = np.array([_numbers(table, column, where) for column in features]).T.reshape(
            len(table), len(features)
        )
        draft.feature_names = features


def _numbers(table: pd.DataFrame, column: str, where: str) -> list[float]:
    numbers = pd.to_numeric(table[column], errors="coerce").to_numpy(dtype=np.float64)
    bad = np.flatnonzero(~np.isfinite(numbers))
    if bad.size:
        raise GatvizError(
            f"{where}, line {bad[0] + 2}, column {quote(column)}",
            "a finite number",
            quote(table[column].iloc[bad[0]]),
            "replace it by a number",
        )
    result: list[float] = numbers.tolist()
    return result
