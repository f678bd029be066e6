"""Opening and saving a graph on the page: what is offered, what is chosen, what is refused; no browser."""

from __future__ import annotations

import io
import itertools
import json
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from gatviz.files import FORMATS, readable_formats, template
from gatviz.graph.generators import GENERATORS, real_graph_names
from gatviz.ui.escape import escape
from tests.files.fuzz import cases
from tests.stage.arrived import scene
from tests.ui.walk import APP

TUTORIAL = ["0", "1", "2", "3"]
EDGES = b"source,target,weight\nA,B,2\nB,C,1\nA,B,3\nC,C,1\n"


def opened(way: str = "files") -> AppTest:
    app = AppTest.from_file(APP, default_timeout=60).run()
    app.button(key="open_graph").click().run()
    if way != "files":
        app.segmented_control(key="open_way").set_value(way).run()
    return checked(app)


def checked(app: AppTest) -> AppTest:
    assert not app.exception
    return app


def upload(app: AppTest, **files: bytes) -> AppTest:
    given = [(name.replace("__", "."), content, "text/plain") for name, content in files.items()]
    uploader: Any = app.get("file_uploader")[0]
    return checked(uploader.set_value(given).run())


def choice(app: AppTest, kind: str, what: str) -> Any:
    """The widget of a choice, whose key ends in the source's token."""
    found = [widget for widget in app.get(kind) if (widget.key or "").startswith(f"open_{what}_")]
    assert len(found) == 1, f"{len(found)} widgets for {what}"
    return found[0]


def words(app: AppTest) -> str:
    return "\n".join(element.value for element in app.markdown).replace("\\", "")


def show(app: AppTest) -> dict[str, Any]:
    checked(app.button(key="open_show").click().run())
    app.run()
    return scene(app)


def test_nothing_is_replaced_before_the_preview_was_seen() -> None:
    app = upload(opened(), edges__csv=EDGES)
    assert scene(app)["names"] == TUTORIAL
    assert "3 nodes, 3 arrows (directed), 3 features" in words(app)
    assert "1 self-loop" in words(app)
    assert "1 duplicate edge was merged" in words(app)
    assert "not read by attention: 'weight'" in words(app)
    assert show(app)["names"] == ["A", "B", "C"]
    assert not app.get("file_uploader"), "the dialog is closed"


def test_cancel_leaves_the_graph_and_the_next_time_starts_afresh() -> None:
    app = upload(opened(), edges__csv=EDGES)
    checked(app.button(key="open_cancel").click().run())
    app.run()
    assert scene(app)["names"] == TUTORIAL
    assert not app.get("file_uploader")
    app.button(key="open_graph").click().run()
    assert "Understood" not in words(app)


@pytest.mark.parametrize("form", [*readable_formats(), "nodes"])
def test_the_template_of_every_format_opens(form: str) -> None:
    files = {f"graph{FORMATS[form].endings[0].replace('.', '__')}": template(form)} if form != "nodes" else {}
    if form == "nodes":
        files = {"nodes__csv": template("nodes"), "edges__csv": template("edge_list")}
    app = upload(opened(), **files)
    assert not app.error
    assert len(show(app)["names"]) == 3


@pytest.mark.parametrize(
    "content", [b"", b"\x00\x01\x02", b"{", b"<svg/>", b"source,target\nA\n", b"PK\x03\x04", b"\x80\x04K\x01."]
)
def test_a_refused_file_says_one_sentence_and_the_graph_stays(content: bytes) -> None:
    app = upload(opened(), mine__csv=content)
    assert len(app.error) == 1
    assert "mine.csv" in app.error[0].value.replace("\\", "")
    assert app.button(key="open_show").disabled
    assert scene(app)["names"] == TUTORIAL


def test_columns_are_chosen_by_hand_where_no_header_tells() -> None:
    app = upload(opened(), a__csv=b"eins,zwei,kg\nA,B,2\nC,D,1\n")
    assert "expected a column 'source'" in app.error[0].value.replace("\\", "")
    choice(app, "selectbox", "source").set_value("zwei").run()
    choice(app, "selectbox", "target").set_value("eins").run()
    assert not checked(app).error
    edges = show(app)["edges"]
    assert set(zip(edges["source"], edges["target"], strict=True)) >= {(0, 1), (2, 3)}


def test_a_node_table_with_other_names_for_its_columns() -> None:
    app = upload(opened(), a__csv=b"source,target\nA,B\n", b__csv=b"who,size\nA,1\nB,2\n")
    assert "edges call the nodes by their 'who'" in words(app)
    choice(app, "selectbox", "node_id").set_value("who").run()
    assert not checked(app).error
    assert "1 feature" in words(app)
    assert scene(app)["names"] == TUTORIAL


def test_labels_features_and_scaling_are_chosen() -> None:
    nodes = b"id,club,age,city\nA,x,3,Rom\nB,y,4,Rom\nC,x,5,Bern\n"
    app = upload(opened(), edges__csv=EDGES, nodes__csv=nodes)
    assert "5 features" in words(app)
    choice(app, "selectbox", "label").set_value("club").run()
    assert "labels: 2 classes" in words(app)
    assert "3 features" in words(app)
    choice(app, "segmented_control", "categorical").set_value(1).run()
    assert "1 feature\n" in words(app) + "\n"
    choice(app, "segmented_control", "scaling").set_value(2).run()
    assert "scaled to standard deviation 1" in words(app)
    choice(app, "button_group", "features_club").set_value([]).run()
    assert "each node got its own (one-hot)" in words(app)
    choice(app, "segmented_control", "missing").set_value(2).run()
    assert "the constant 1" in words(app)
    checked(app)


def test_undirected_gives_both_arrows() -> None:
    app = upload(opened(), edges__csv=b"source,target\nA,B\nB,C\n")
    choice(app, "segmented_control", "directed").set_value(1).run()
    assert "4 arrows (undirected" in words(checked(app))


def test_a_matrix_that_is_not_symmetric_asks_which_way_it_reads() -> None:
    app = upload(opened(), m__csv=b"a,b,c\n0,1,0\n0,0,1\n0,1,0\n")
    assert "'i reads j'" in words(app)
    choice(app, "segmented_control", "matrix").set_value(1).run()
    assert "'i points to j'" in words(checked(app))


def test_the_format_can_be_named_by_hand() -> None:
    app = upload(opened(), m__txt=b"0 1\n1 0\n")
    assert "edge list" in str(choice(app, "selectbox", "format").options[0])
    choice(app, "selectbox", "format").set_value("matrix").run()
    assert "2 nodes" in words(checked(app))


def test_pasted_text_with_nodes_beside_it() -> None:
    app = opened("text")
    app.text_area(key="open_text").set_value("A;B\nB;C\n").run()
    assert "3 nodes, 2 arrows" in words(checked(app))
    app.text_area(key="open_nodes_text").set_value("id,size\nA,1\nB,2\nC,3\n").run()
    assert "1 feature" in words(checked(app))
    assert show(app)["names"] == ["A", "B", "C"]


def test_a_text_changed_at_the_last_moment_is_previewed_first() -> None:
    app = opened("text")
    app.text_area(key="open_text").set_value("A,B\nB,C\n").run()
    app.text_area(key="open_text").set_value("X,Y\nY,Z\n")
    app.button(key="open_show").click().run()
    assert scene(checked(app))["names"] == TUTORIAL
    assert "changed" in app.info[0].value
    assert show(app)["names"] == ["X", "Y", "Z"]


@pytest.mark.parametrize("example", ["edge_list", "json", "matrix"])
def test_examples_fill_the_text_in(example: str) -> None:
    app = opened("text")
    app.button(key=f"open_example_{example}").click().run()
    assert "3 nodes, 3 arrows" in words(checked(app))


@pytest.mark.parametrize("kind", [*GENERATORS, *real_graph_names()])
def test_every_generator_is_offered(kind: str) -> None:
    app = opened("generate")
    app.selectbox(key="open_kind").set_value(kind).run()
    assert not checked(app).error
    assert "Understood" in words(app)


def test_a_generator_takes_its_numbers_and_its_seed() -> None:
    app = opened("generate")
    app.number_input(key="open_erdos_renyi_nodes").set_value(7).run()
    app.number_input(key="open_erdos_renyi_seed").set_value(3).run()
    assert "7 nodes" in words(app)
    app.number_input(key="open_erdos_renyi_nodes").set_value(9)
    assert len(show(app)["names"]) == 9


def test_a_generator_that_would_grow_too_large_says_so() -> None:
    app = opened("generate")
    app.number_input(key="open_erdos_renyi_probability").set_value(1.0)
    app.number_input(key="open_erdos_renyi_nodes").set_value(20_000).run()
    assert "at most 500,000 arrows" in app.error[0].value.replace("\\", "")
    assert app.button(key="open_show").disabled


def test_whatever_is_put_in_there_is_a_preview_or_a_sentence() -> None:
    app = opened()
    half = json.dumps({"nodes": [{"id": "A", "label": "\ud800"}], "edges": []}).encode()
    long = json.dumps({"nodes": [{"id": "A", "label": "x" * 100_000}], "edges": []}).encode()
    columns = b"source,target,:red[x],![](y)\nA,B,$x$,<b>\n"
    mixed = json.dumps({"nodes": ["A", "B"], "edges": [{"source": "A", "target": "B", "w": [1, {"a": None}]}]}).encode()
    wounded = (data for form in readable_formats() for data in itertools.islice(cases(form, seed=3), 4))
    for data in (half, long, columns, mixed, *wounded):
        upload(app, mine__json=data)
        assert bool(app.error) == app.button(key="open_show").disabled


def test_text_of_users_is_only_text() -> None:
    picture = "![x](http://elsewhere.example/x.png)"
    app = upload(opened(), mine__json=json.dumps({"nodes": [{"id": picture, "features": "no"}], "edges": []}).encode())
    assert "![x](" not in app.error[0].value
    assert escape("a*b\n<i>") == r"a\*b \<i\>"


def test_large_graphs_show_a_part_and_say_which() -> None:
    nodes = [{"id": str(n), "features": [n % 7, n % 3]} for n in range(600)]
    edges = [[str(n), str((n * k + 1) % 600)] for n in range(600) for k in (1, 7)]
    data = show(upload(opened(), big__json=json.dumps({"nodes": nodes, "edges": edges}).encode()))
    assert len(data["names"]) <= 200
    assert "of 600 nodes" in data["notice"]


def test_edge_weights_are_kept_and_said_to_be_unused() -> None:
    data = show(upload(opened(), edges__csv=EDGES))
    assert "not used by GAT" in data["notice"]
    assert "weight" in data["notice"]


def test_many_columns_are_left_out_by_name() -> None:
    stream = io.BytesIO()
    np.savez(stream, x=np.eye(3, 60), edge_index=np.array([[0, 1], [1, 2]]))
    app = upload(opened(), x__npz=stream.getvalue())
    choice(app, "multiselect", "left_out_None").set_value(["f0", "f5"]).run()
    assert "58 features" in words(checked(app))


def test_what_was_understood_wrongly_can_be_chosen() -> None:
    app = upload(opened(), friends__csv="源节点,目标节点\n张三,李四\n李四,王五\n".encode("gb18030"))
    assert "GBK / GB18030" in words(app)
    choice(app, "selectbox", "encoding").set_value("cp1252").run()
    assert "张三" not in words(checked(app))
    choice(app, "selectbox", "encoding").set_value(None).run()
    assert "'源节点'" in words(checked(app))


def test_users_and_films_can_be_one_kind_or_two() -> None:
    app = upload(opened(), ratings__csv=b"userId,movieId,rating\n1,1,4\n1,2,5\n2,1,3\n")
    assert "nodes of two kinds" in words(app)
    kinds = choice(app, "segmented_control", "two_mode")
    kinds.set_value(0).run()
    assert "nodes of two kinds" not in words(checked(app))
    assert "2 nodes" in words(app)


def test_three_rows_of_three_numbers_are_a_matrix_by_one_click() -> None:
    app = upload(opened(), numbers__txt=b"0 1 5\n1 2 7\n2 0 3\n")
    assert "3 arrows" in words(app)
    choice(app, "segmented_control", "either").set_value(1).run()
    assert "7 arrows" in words(checked(app))


def test_names_and_labels_of_nodes_can_be_chosen_and_ids_are_no_features() -> None:
    nodes = b"id,name,class,home,age\n1,Ann,x,https://a.example,3\n2,Bea,y,https://b.example,4\n"
    app = upload(opened(), edges__csv=b"source,target\n1,2\n", nodes__csv=nodes)
    assert choice(app, "pills", "features_None").options == ["age"]
    name = choice(app, "selectbox", "name")
    assert name.options[:2] == ["as found: name", "their ids"]
    name.set_value("").run()
    checked(app)
    assert show(app)["names"] == ["1", "2"]


def test_a_refusal_names_the_format_and_stays_beside_the_choices() -> None:
    app = upload(opened(), drawing__dot=b"digraph g {\n a -> b;\n}\n")
    assert any("Graphviz DOT" in error.value for error in app.error)
    assert choice(app, "selectbox", "format").value is None
