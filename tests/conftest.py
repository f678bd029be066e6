"""What tests of several rooms share, and the markers that follow from where a test stands."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.house.installed import build_wheel

os.environ.setdefault("OMP_NUM_THREADS", "1")  # as the app does: on small graphs more threads only wait for each other
ROOT = Path(__file__).parents[1]
MARKED_BY_PLACE = {"style": ROOT / "tests/house/test_style.py", "browser": ROOT / "tests/browser"}
"""A marker, and the file or folder whose tests all have it; nobody writes these markers by hand."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        for marker, place in MARKED_BY_PLACE.items():
            if item.path.is_relative_to(place):
                item.add_marker(marker)


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """gatviz's wheel, built once."""
    return build_wheel(ROOT, tmp_path_factory.mktemp("wheel"))
