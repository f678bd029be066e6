"""Trained weights in a real browser: opened, refused, closed, saved and opened again."""

from __future__ import annotations

import io
import re
from pathlib import Path

import numpy as np
import torch
from playwright.sync_api import FilePayload, Locator, Page, expect
from torch_geometric.nn import GATConv, GATv2Conv

from gatviz import load_weights, sample_graph
from gatviz.analysis.subject import called
from tests.browser.driver import (
    cell_point,
    cells,
    choose_graph,
    choose_head,
    eventually,
    head_on_show,
    lock_text,
    shown,
    toggle_further,
    unfold,
)


class Net(torch.nn.Module):
    """Two layers as PyG's users write them, for the tutorial's two features."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(3)
        self.conv1 = GATConv(2, 3, heads=2)
        self.conv2 = GATConv(6, 2, heads=1, concat=False)


def saved(thing: object) -> bytes:
    stream = io.BytesIO()
    torch.save(thing, stream)
    return stream.getvalue()


def open_dialog(page: Page, name: str, content: bytes) -> Locator:
    page.get_by_role("button", name="Open weights", exact=True).click()
    dialog = page.get_by_role("dialog")
    file: FilePayload = {"name": name, "mimeType": "application/octet-stream", "buffer": content}
    dialog.locator("input[type=file]").set_input_files(file)
    return dialog


def model_card(page: Page) -> Locator:
    """The sidebar's card of the model, which names an opened one."""
    return page.get_by_test_id("stSidebar").locator(".st-key-card-model")


def use(dialog: Locator) -> None:
    button = dialog.get_by_role("button", name="Use these weights")
    expect(button).to_be_enabled()
    button.click()
    expect(dialog).to_have_count(0)


def pyg_alpha(net: Net) -> list[np.ndarray]:
    """α [N, N, H] of both layers from PyG itself."""
    graph = sample_graph("tutorial")
    x, edge_index = torch.tensor(graph.x, dtype=torch.float32), torch.tensor(np.array(graph.edge_index))
    found = []
    with torch.no_grad():
        for k, conv in enumerate((net.conv1, net.conv2)):
            out, (edges, alpha) = conv(x, edge_index, return_attention_weights=True)
            dense = np.zeros((4, 4, alpha.shape[1]))
            dense[edges[1], edges[0]] = alpha.numpy()
            found.append(dense)
            x = torch.nn.functional.elu(out) if k == 0 else out
    return found


def rows(dense: np.ndarray) -> dict[tuple[int, int], str]:
    return {(int(i), int(j)): shown(dense[i, j]) for i, j in np.argwhere(dense > 0)}


def close_to(told: dict[tuple[int, int], str], dense: np.ndarray) -> bool:
    return told.keys() == rows(dense).keys() and all(
        abs(float(text.replace("−", "-")) - dense[cell]) < 6e-4 for cell, text in told.items()
    )


def test_weights_of_pyg_give_pygs_attention_on_the_screen(page: Page) -> None:
    net = Net()
    dialog = open_dialog(page, "net.pt", saved(net.state_dict()))
    expect(dialog).to_contain_text("PyTorch Geometric")
    expect(dialog).to_contain_text("PyG's GATConv and GATv2Conv give every node one self-loop")
    use(dialog)
    first, second = pyg_alpha(net)
    expect(model_card(page)).to_contain_text("net.pt")
    choose_head(page, "0")
    eventually(lambda: close_to(cells(page, "alpha"), first[:, :, 0]))
    expect(model_card(page)).to_contain_text("net.pt")
    locked = lock_text(page)
    page.get_by_role("radio", name="Layer 1").click()
    page.locator(".swatches [data-key='w:head-0']").click()
    eventually(lambda: close_to(cells(page, "alpha"), second[:, :, 0]))
    assert lock_text(page) == locked
    page.get_by_role("button", name="Close the model").click()
    expect(page.get_by_role("spinbutton", name="Heads", exact=True)).to_have_value("4")
    page.get_by_role("button", name="Undo").click()
    expect(model_card(page)).to_contain_text("net.pt")


def test_projection_biases_of_gatv2_are_said_where_the_features_alone_do_not_add_up(page: Page) -> None:
    use(open_dialog(page, "v2.pt", saved(GATv2Conv(2, 3, heads=2).state_dict())))
    expect(model_card(page)).to_contain_text("v2.pt")
    toggle_further(page)
    expect(page.locator(".further")).to_contain_text("The projection's bias, b_source, adds the rest.")
    page.get_by_role("button", name="Close the model").click()
    expect(page.locator(".further")).not_to_contain_text("adds the rest")


def test_what_is_no_state_dict_is_refused_and_the_model_stays(page: Page) -> None:
    before = cells(page, "alpha")
    dialog = open_dialog(page, "answer.pt", saved({"answer": 42}))
    expect(dialog.get_by_test_id("stAlert")).to_contain_text("answer.pt: expected a dict of tensors, found none in it")
    expect(dialog.get_by_test_id("stAlert")).to_contain_text("save model.state_dict()")
    expect(dialog.get_by_role("button", name="Use these weights")).to_be_disabled()
    dialog.get_by_role("button", name="Remove answer.pt").click()
    other = torch.nn.Linear(3, 2).state_dict()
    file: FilePayload = {"name": "linear.pt", "mimeType": "application/octet-stream", "buffer": saved(other)}
    dialog.locator("input[type=file]").set_input_files(file)
    expect(dialog.get_by_test_id("stAlert").filter(has_text="linear.pt")).to_be_visible()
    expect(dialog.get_by_test_id("stAlert").filter(has_text="answer.pt")).to_have_count(0)
    dialog.get_by_role("button", name="Cancel").click()
    expect(dialog).to_have_count(0)
    assert cells(page, "alpha") == before


def test_a_whole_module_gives_its_tensors_and_nothing_of_it_runs(page: Page) -> None:
    net = Net()
    dialog = open_dialog(page, "model.pt", saved(net))
    expect(dialog).to_contain_text("Left out, and nothing of it run: 'torch_geometric.inspector.Inspector'")
    use(dialog)
    expect(model_card(page)).to_contain_text("model.pt")
    choose_head(page, "0")
    eventually(lambda: close_to(cells(page, "alpha"), pyg_alpha(net)[0][:, :, 0]))


def test_weights_on_the_screen_are_saved_and_open_again(page: Page, tmp_path: Path) -> None:
    page.get_by_test_id("stSidebar").get_by_test_id("stPopover").get_by_role("button", name="Save").last.click()
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Download weights.pt").click()
    path = tmp_path / "weights.pt"
    waiting.value.save_as(path)
    trace = load_weights(path).trace(sample_graph("tutorial")).layers[0]
    assert cells(page, "alpha") == rows(trace.dense("alpha", head_on_show(page)))


def test_weights_are_edited_beside_the_canvas(page: Page) -> None:
    choose_head(page, "0")
    first = cells(page, "alpha")
    unfold(page, "more")
    page.get_by_role("button", name="Weights", exact=True).click()
    page.keyboard.press("Escape")
    page.get_by_test_id("stSelectbox").filter(has_text="Parameter").click()
    page.get_by_role("option", name="a_source").click()
    page.get_by_role("button", name="zero", exact=True).click()
    third = shown(np.float32(1) / np.float32(3))
    eventually(lambda: set(cells(page, "alpha").values()) == {third})
    page.get_by_role("button", name="Undo").click()
    eventually(lambda: cells(page, "alpha") == first)


def test_predictions_of_an_opened_model_are_judged_and_wrong_ones_marked(page: Page) -> None:
    graph = sample_graph("karate_club")
    torch.manual_seed(1)
    conv = GATConv(graph.num_features, 2, heads=1, concat=False)
    with torch.no_grad():
        out = conv(torch.tensor(graph.x, dtype=torch.float32), torch.tensor(np.array(graph.edge_index)))
    right = int((out.argmax(1).numpy() == graph.class_index).sum())
    choose_graph(page, "Karate club", 34)
    use(open_dialog(page, "one.pt", saved(conv.state_dict())))
    expect(page.locator(".notice")).to_contain_text(f"{right} of 34 nodes")
    assert page.locator(".node.wrong").count() == 34 - right
    predicted = out.argmax(1).numpy()
    wrong = next(n for n in range(34) if predicted[n] != graph.class_index[n])
    unfold(page, "more")
    page.get_by_label("What the nodes' colour stands for").select_option("prediction")
    page.keyboard.press("Escape")
    colours = page.locator(".graph .node circle").evaluate_all(
        "all => all.map(c => c.style.getPropertyValue('--class'))"
    )
    by_class = [{colour for colour, k in zip(colours, predicted, strict=True) if k == one} for one in set(predicted)]
    assert all(len(found) == 1 for found in by_class)
    assert len(set(colours)) == len(by_class)
    told = f"{called(graph.names[wrong])}: predicted “{graph.class_names[predicted[wrong]]}”, its label is “"
    expect(page.locator(".node title").nth(wrong)).to_contain_text(told)
    page.get_by_role("radio", name="Compare", exact=True).click()
    page.get_by_role("radio", name="Predictions").click()
    expect(page.get_by_text(f"{34 - right} wrong")).to_be_visible()


def test_another_graph_that_does_not_fit_closes_the_model_and_says_so(page: Page) -> None:
    use(open_dialog(page, "net.pt", saved(Net().state_dict())))
    expect(model_card(page)).to_contain_text("net.pt")
    choose_graph(page, "Karate club", 34)
    features = sample_graph("karate_club").num_features
    expect(page.locator(".refused")).to_contain_text(f"it reads 2 features of every node, this graph has {features}")
    expect(page.get_by_role("spinbutton", name="Heads", exact=True)).to_have_value("4")
    page.get_by_role("button", name="Undo").click()
    expect(model_card(page)).to_contain_text("net.pt")
    eventually(lambda: page.locator(".gatviz-stage .node").count() == 4)


def test_an_entry_is_typed_on_the_stage(page: Page) -> None:
    page.locator("[data-key='all-steps']").click()
    page.locator(".step[data-stage='a_halves']").click()
    before = cells(page, "a_halves")
    field = page.locator(".cell-editor")
    for column in range(3):
        page.mouse.click(*cell_point(page, "a_halves", 1, column))
        expect(field).to_be_focused()
        field.fill("0" if column else "none")
        if column == 0:
            field.press("Enter")
            expect(field).to_have_class("cell-editor wrong")
            field.fill("0")
        field.press("Enter")
        expect(field).to_have_count(0)
        eventually(lambda column=column: cells(page, "a_halves").get((1, column)) == "0")  # type: ignore[misc]
    third = shown(np.float32(1) / np.float32(3))
    eventually(lambda: set(cells(page, "alpha").values()) == {third})
    assert cells(page, "a_halves") == {**before, **{(1, column): "0" for column in range(3)}}
    expect(page.locator(".badge")).to_have_text("weights partly set by hand")
    page.mouse.click(*cell_point(page, "a_halves", 0, 0))
    field.fill("9")
    field.press("Escape")
    expect(field).to_have_count(0)
    assert cells(page, "a_halves")[0, 0] == before[0, 0]
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    expect(field).to_have_attribute("aria-label", re.compile("a_target at target, c1"))
    field.press("Escape")
    for _ in range(3):
        page.locator(".toolbar [data-key='undo']").click()
    eventually(lambda: cells(page, "a_halves") == before)
    expect(page.locator(".notice")).to_have_text("")


def test_weights_that_overflow_leave_the_picture_and_undo_as_they_are(page: Page) -> None:
    page.get_by_role("radio", name="Draw").click()
    page.locator(".toolbar [data-key='newNode']").click()
    eventually(lambda: (4, 4) in cells(page, "alpha"))
    before = cells(page, "alpha")
    net = GATConv(2, 3, heads=2)
    with torch.no_grad():
        for parameter in net.parameters():
            parameter.fill_(1e30)
    dialog = open_dialog(page, "huge.pt", saved(net.state_dict()))
    expect(dialog.get_by_test_id("stAlert")).to_contain_text("GAT, score_target: expected finite numbers")
    expect(dialog.get_by_role("button", name="Use these weights")).to_be_disabled()
    dialog.get_by_role("button", name="Cancel").click()
    expect(dialog).to_have_count(0)
    expect(page.get_by_test_id("stSidebar")).not_to_contain_text("huge.pt")
    assert cells(page, "alpha") == before
    page.locator(".toolbar [data-key='undo']").click()
    eventually(lambda: page.locator(".gatviz-stage .node").count() == 4)
