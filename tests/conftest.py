"""What tests of several rooms share."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.house.installed import build_wheel

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """gatviz's wheel, built once."""
    return build_wheel(ROOT, tmp_path_factory.mktemp("wheel"))
