"""A deeper layer's columns are named after the layer before, never after the graph's features."""

from __future__ import annotations

from gatviz import GAT, LayerSettings, sample_graph
from gatviz.layers import new_generator
from gatviz.stage.inputs import input_names
from gatviz.stage.part import Part
from gatviz.stage.stages import pack_stages


def test_names_of_each_layers_inputs():
    hidden = LayerSettings(out_features=1, num_heads=2)  # as wide as the graph's two features
    mean = LayerSettings(out_features=2, num_heads=3, concat=False)
    trace = GAT(2, (hidden, mean, mean), generator=new_generator(0)).eval().trace(sample_graph("tutorial"))
    assert [input_names(trace, layer) for layer in range(3)] == [("f0", "f1"), ("h0 c0", "h1 c0"), ("c0", "c1")]
    for layer in range(3):
        names = input_names(trace, layer)
        stages = {
            stage["name"]: stage for stage in pack_stages(trace.layers[layer], Part.whole(trace.layers[layer]), names)
        }
        assert stages["x"]["columns"] == list(names)
        assert stages["W"]["columns"] == list(names)
