"""The Train workspace where a model does not fit the labels: it says so, and one click mends it."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from tests.ui.walk import APP, checked


@pytest.mark.parametrize("features", [2, 3])
def test_a_readout_is_offered_wherever_the_output_is_not_a_column_for_each_class(features: int) -> None:
    """Also where a single head is as wide as there are classes, and the heads side by side are not."""
    app = AppTest.from_file(APP, default_timeout=60).run()
    app.selectbox(key="graph_choice").set_value("karate_club").run()
    app.number_input(key="head_features").set_value(features).run()
    checked(app.segmented_control(key="workspace").set_value("train").run())
    assert [one.value for one in app.info if "expected an output of 34 nodes and 2 classes" in one.value]
    (button,) = (one for one in app.button if one.label.startswith("Add a linear readout"))
    checked(button.click().run())
    assert not app.info
