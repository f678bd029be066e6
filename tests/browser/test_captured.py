"""A run captured in Python, opened in the app: each call can be chosen, is proved, answers, and outlives a reload."""

from __future__ import annotations

import re
from pathlib import Path

import torch
import torch.nn.functional as F
from playwright.sync_api import Page, expect
from torch import Tensor, nn
from torch_geometric.nn import GATConv, GATv2Conv, TransformerConv

import gatviz
from tests.browser.driver import eventually, settled
from tests.browser.test_open import open_dialog, put


class Net(nn.Module):
    """Two layers that gatviz knows, and one of which it can only show α."""

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = GATConv(3, 2, heads=2)
        self.mixed = TransformerConv(4, 2, heads=3)
        self.conv2 = GATv2Conv(6, 4, heads=4, concat=False)

    def forward(self, x: Tensor, edge_index: Tensor) -> Tensor:
        h = F.elu(self.conv1(x, edge_index))
        out: Tensor = self.conv2(self.mixed(h, edge_index), edge_index)
        return out


def captured(path: Path) -> None:
    torch.manual_seed(1)
    edges = torch.tensor([[0, 1, 2, 3, 4, 5, 0, 2, 3], [1, 2, 3, 4, 5, 0, 3, 5, 1]])
    names = ["Ann", "Bea", "Cid", "Dan", "Eva", "Fay"]
    gatviz.capture(Net(), torch.randn(6, 3), edges, names=names).save(path)


def choose_call(page: Page, name: str) -> None:
    page.get_by_role("radio", name=re.compile(rf"· {name}")).click()
    settled(page)


def said(page: Page) -> str:
    return page.locator(".gatviz-stage").inner_text()


def test_a_captured_run_is_opened_looked_at_and_still_there_after_a_reload(page: Page, tmp_path: Path) -> None:
    captured(tmp_path / "run.gatviz")
    dialog = open_dialog(page)
    put(dialog, ("run.gatviz", (tmp_path / "run.gatviz").read_bytes()))
    expect(dialog).to_contain_text("A captured run: Net")
    expect(dialog).to_contain_text("Not recomputed: mixed (α alone: gatviz has no TransformerConv).")
    dialog.get_by_role("button", name="Open this session").click()
    expect(dialog).to_have_count(0)
    proof = page.locator(".proof")
    expect(proof).to_contain_text("equal to the layer's own output (GATConv) within")
    expect(page.locator(".gatviz-stage .node[data-name='Ann']")).to_have_count(1)

    choose_call(page, "conv2")
    expect(proof).to_contain_text("equal to the layer's own output (GATv2Conv) within")
    expect(page.locator(".swatches").get_by_role("radio")).to_have_count(4)

    choose_call(page, "mixed")
    expect(proof).to_contain_text("α was given: there is no Wh and no e to compute it from")
    expect(page.get_by_text("α as it was given. The model that it came of is not here")).to_be_visible()
    eventually(lambda: "α alone is known here" in said(page))
    page.get_by_role("radio", name="Compare").click()
    settled(page)
    expect(page.get_by_text("What does each head attend to?")).to_be_visible()
    page.get_by_role("radio", name="Explore").click()
    settled(page)

    page.wait_for_timeout(1500)
    page.reload()
    page.wait_for_selector(".gatviz-stage .node[data-name='Ann']", timeout=60_000)
    eventually(lambda: "α alone is known here" in said(page))
    choose_call(page, "conv1")
    expect(proof).to_contain_text("equal to the layer's own output (GATConv) within")
