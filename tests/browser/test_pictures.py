"""Pictures that the cameras take: SVG of shapes and text alone, with all that is on show; PNG, twice as fine."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from pathlib import Path

import numpy as np
from defusedxml.ElementTree import fromstring
from playwright.sync_api import Locator, Page

from gatviz import GATAttentionLayer, Graph, sample_graph
from gatviz.attention.layers import new_generator
from gatviz.colours import INK
from gatviz.reporting.page import Shown, report
from tests.browser.conftest import Opens
from tests.browser.driver import alpha_rows, head_on_show, open_app, trace_of
from tests.charts.cases import NAMES

HAS_INK = "ink => [...document.querySelectorAll('.gtitle')].some((title) => getComputedStyle(title).fill === ink)"
"""Whether a chart's title is written in it."""
DARK_INK = "rgb({}, {}, {})".format(*(int(INK["dark"][k : k + 2], 16) for k in (1, 3, 5)))
SVG = "{http://www.w3.org/2000/svg}"
SHAPES = {"svg", "g", "title", "rect", "path", "polygon", "circle", "line", "text"}
OPENS_AS_IMAGE = """async text => {
    const image = new Image();
    image.src = 'data:image/svg+xml;charset=utf-8,' + encodeURIComponent(text);
    await image.decode();
    return [image.naturalWidth, image.naturalHeight];
}"""


def taken(page: Page, camera: str, key: str, path: Path) -> bytes:
    """The picture that a camera saves."""
    page.locator(f"[data-key='camera:{camera}']").click()
    with page.expect_download() as download:
        page.locator(f".menu-panel:not([hidden]) [data-key='{key}']").click()
    download.value.save_as(path)
    return path.read_bytes()


def drawing(content: bytes) -> ET.Element:
    """An SVG picture, which holds shapes and text and points nowhere."""
    root: ET.Element = fromstring(content)
    for element in root.iter():
        assert element.tag.removeprefix(SVG) in SHAPES
        names = set(element.attrib)
        assert not {name for name in names if name.startswith("on") or "href" in name} | names & {"style", "class"}
        assert not any("url(" in value or "var(" in value for value in element.attrib.values())
    return root


def texts(root: ET.Element) -> list[str]:
    return [element.text or "" for element in root.iter(f"{SVG}text")]


def to_difference(page: Page) -> Locator:
    """The card of a matrix in Compare."""
    page.get_by_role("radio", name="Compare", exact=True).click()
    page.get_by_role("radio", name="Difference", exact=True).click()
    card = page.locator(".st-key-card-difference_matrix")
    card.locator(".gtitle").wait_for()
    return card


def of_card(card: Locator, page: Page, folder: Path) -> bytes:
    """The picture that the camera of a card of charts saves."""
    card.locator("[data-key='camera:card']").click()
    with page.expect_download() as download:
        card.locator("[data-key='svg:card']").click()
    download.value.save_as(folder / "card.svg")
    return (folder / "card.svg").read_bytes()


def test_the_graph_as_it_is_shown(opens: Opens, tmp_path: Path) -> None:
    graph, trace = sample_graph("tutorial"), trace_of()
    page = opens(report(graph, trace, title="tutorial", shown=Shown(badge="untrained weights, seed 175")))
    content = taken(page, "graph", "svg:graph", tmp_path / "graph.svg")
    root = drawing(content)
    shown = texts(root)
    for text in (*graph.names, "0.508", "0.240", "0.252", "[1, 0]"):
        assert text in shown
    caption = " ".join(shown[-3:])
    for part in ("tutorial", "untrained weights, seed 175", "layer 0", "head 2", "α 0 … 1", "locked 1 → 0"):
        assert part in caption
    assert re.search(r"20\d\d-\d\d-\d\d", caption)
    # Nodes stand to each other as on the screen.
    circles = [element for element in root.iter(f"{SVG}circle")]
    at = [re.findall(r"-?[\d.]+", circle.attrib["transform"])[-2:] for circle in circles]
    drawn = np.array(at, dtype=float)
    boxes = page.locator(".node circle").evaluate_all(
        "all => all.map(c => { const b = c.getBoundingClientRect(); return [b.x + b.width / 2, b.y + b.height / 2]; })"
    )
    np.testing.assert_allclose(drawn - drawn[0], np.array(boxes) - boxes[0], atol=0.6)
    size = page.evaluate(OPENS_AS_IMAGE, content.decode())
    assert size == [int(root.attrib["width"]), int(root.attrib["height"])]
    png = taken(page, "graph", "png:graph", tmp_path / "graph.png")
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    assert [int.from_bytes(png[k : k + 4], "big") for k in (16, 20)] == [2 * side for side in size]


def test_matrices_and_the_table_of_reasons_hold_every_number(opens: Opens, tmp_path: Path) -> None:
    page = opens(report(sample_graph("tutorial"), trace_of()))
    matrix = texts(drawing(taken(page, "chain", "svg:alpha", tmp_path / "alpha.svg")))
    numbers = sorted(text for text in matrix if re.fullmatch(r"0\.\d{3}", text))
    assert numbers == sorted(alpha_rows(trace_of(), head_on_show(page)).values())
    why = texts(drawing(taken(page, "why", "svg:why", tmp_path / "why.svg")))
    written = page.locator(".why-table td.number, .why-table td.share b, .why-table .vector-cell, .fraction-alpha")
    assert set(filter(None, written.all_inner_texts())) <= set(why)
    assert not [text for text in why if "All arrows" in text or "comes from" in text]


def test_every_node_has_its_name_and_no_name_is_markup(opens: Opens, tmp_path: Path) -> None:
    names = (
        *(f"{name}</text><script>window.attacked=1</script>" for name in NAMES),
        "空手道俱乐部的一位成员",
        "a\u200db]]>",
    )
    count = len(names)
    ring = np.stack([np.arange(count), (np.arange(count) + 1) % count])
    layer = GATAttentionLayer(count, 2, 2, generator=new_generator(1)).eval()
    page = opens(report(Graph(names, np.eye(count), ring), layer, title=names[0]))
    for camera, key in (("graph", "svg:graph"), ("why", "svg:why"), ("chain", "svg:alpha")):
        content = taken(page, camera, key, tmp_path / "picture.svg")
        root = drawing(content)
        assert page.evaluate(OPENS_AS_IMAGE, content.decode())[0] > 0
        if camera == "graph":
            assert [title.text for title in root.iter(f"{SVG}title")][1:] == list(names)
    assert page.evaluate("window.attacked") is None


def test_a_picture_is_light_whatever_the_page_is(opens: Opens, tmp_path: Path) -> None:
    page = opens(report(sample_graph("tutorial"), trace_of()))
    light = taken(page, "graph", "svg:graph", tmp_path / "light.svg")
    page.emulate_media(color_scheme="dark")
    page.reload()
    page.wait_for_selector(".gatviz-stage[data-theme='dark'] .why-table")
    assert taken(page, "graph", "svg:graph", tmp_path / "dark.svg") == light
    assert page.locator(".gatviz-stage").get_attribute("data-theme") == "dark"


def test_the_app_takes_the_same_pictures_of_charts_too(page: Page, tmp_path: Path) -> None:
    content = taken(page, "graph", "svg:graph", tmp_path / "graph.svg")
    shown = texts(drawing(content))
    assert {"0", "1", "2", "3", "0.508"} <= set(shown)
    assert "seed 175" in " ".join(shown[-3:])
    card = to_difference(page)
    numbers = {"−0.395", "+0.402", "Head 0 minus head 1", "source j (is read)"}
    light = of_card(card, page, tmp_path)
    assert numbers <= set(texts(drawing(light)))
    caption = " ".join(texts(drawing(light))[-5:])
    assert all(part in caption for part in ("tutorial", "seed 175", "Row i is the node that reads.", "· 20"))
    cells = [shape.attrib["fill"] for shape in drawing(light).iter(f"{SVG}rect")]
    assert len(set(cells)) > 12  # eleven arrows differ, and the scale has bands
    page.emulate_media(color_scheme="dark")
    page.get_by_role("radio", name="Explore", exact=True).click()
    page.wait_for_selector(".gatviz-stage .why-table")
    open_app(page, page.url)
    to_difference(page)
    page.wait_for_function(HAS_INK, arg=DARK_INK)
    dark = of_card(card, page, tmp_path)
    assert set(texts(drawing(dark))) == set(texts(drawing(light)))
    fills = [{shape.attrib["fill"] for shape in drawing(one).iter(f"{SVG}rect")} for one in (light, dark)]
    assert fills[0] == fills[1]
    page.wait_for_function(HAS_INK, arg=DARK_INK)
