"""The columns that text tables name, for choosing by hand where they could not be read as they are."""

from __future__ import annotations

from collections.abc import Mapping

from gatviz.errors import GatvizError
from gatviz.files.archive import unzip
from gatviz.files.delimited import read_table
from gatviz.files.formats import recognise

_MOST = 200


def table_headers(files: Mapping[str, bytes]) -> dict[str, tuple[str, ...]]:
    """File name -> the cells of its first row, for each text table among the files or in their zip."""
    headers: dict[str, tuple[str, ...]] = {}
    for name, data in files.items():
        try:
            form = recognise(data, name)
            if form == "zip":
                headers |= table_headers(unzip(data, name)) if len(files) == 1 else {}
            elif form is None:
                headers[name] = tuple(read_table(data, name).header[:_MOST])
        except GatvizError:
            continue
    return headers
