"""Some thousand mutated files of each format: reading gives a graph or one sentence, never anything else.

`python -m tests.files.fuzz --seconds 600` goes on where this stops.
"""

from __future__ import annotations

import itertools
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gatviz.files import readable_formats
from tests.files.fuzz import cases, check_sentence, outcome

FILES = 400
SECONDS = 4.0


@pytest.mark.parametrize("form", readable_formats())
def test_mutated_files_give_a_graph_or_a_sentence(form: str) -> None:
    end = time.monotonic() + SECONDS
    seen = set()
    for k, data in enumerate(itertools.islice(cases(form, seed=1), FILES)):
        said = outcome(data, form, named=bool(k % 2))
        check_sentence(said)
        seen.add(said == "graph")
        if time.monotonic() > end:
            break
    assert seen == {True, False}  # some are still graphs, some no longer are


@pytest.mark.parametrize("form", readable_formats())
@settings(max_examples=60, deadline=None)
@given(data=st.binary(max_size=200) | st.text(max_size=200).map(lambda text: text.encode("utf-8", "surrogatepass")))
def test_any_bytes_give_a_graph_or_a_sentence(form: str, data: bytes) -> None:
    check_sentence(outcome(data, form, named=True))
    check_sentence(outcome(data, form, named=False))
