/** The chain from X and W to the output: a card per stage, folded or unfolded, linked by what is in focus. */

import { CellEditor } from "./cell_editor.js";
import { CellSizes, isTabbed } from "./cell_sizes.js";
import { drawHead, drawSteps } from "./chain_head.js";
import { html, LATER } from "./dom.js";
import { fillIn, number, shorten } from "./format.js";
import { math } from "./formula.js";
import { marksOf } from "./marks.js";
import { MatrixView } from "./matrix_view.js";
import { rowsSum, rowSum } from "./row_sums.js";
import { colourScale } from "./scales.js";
import { changeLimit, onEdge, shareLimit, shownWeighting, stageOf } from "./scene.js";
import { edgeFocus, nodeFocus, same, touch } from "./store.js";

/**
 * @import {Cell, MatrixSpec} from "./matrix_view.js"
 * @import {Focus} from "./protocol.js"
 * @import {Edge, Scene, StageOf, Weighting} from "./scene.js"
 * @import {Changed, State} from "./store.js"
 * @import {Tensor} from "./tensor.js"
 */

/** The stages whose scale the arrows share. @type {Record<string, (scene: Scene, state: State) => number>} */
const LIMITS = { alpha: shareLimit, change: changeLimit };

/**
 * @typedef {Object} Card
 * @property {HTMLElement} element
 * @property {HTMLElement} head
 * @property {HTMLElement} body
 * @property {HTMLElement} foot
 * @property {HTMLElement} readout
 * @property {HTMLElement} row
 * @property {MatrixView} matrix
 * @property {Edge[]} messages the edges in its rows
 * @property {Cell|null} at the cell under the pointer
 */

export class ChainView {
  /** @param {import("./store.js").Store} store @param {import("./edits.js").Edits} edits @param {import("./camera.js").Shoots} shoots */
  constructor(store, edits, shoots) {
    /** @type {Scene} */
    this.scene = LATER;
    this.store = store;
    this.editor = new CellEditor(edits);
    this.zoom = 1;
    /** @type {Map<string, Card>} */
    this.cards = new Map();
    /** What the cards stand for now, see `chain`. @type {string|null} */
    this.laidOut = null;
    /** Whether all steps are on offer, and which stage is shown where there is room for one alone. */
    this.unfolded = false;
    this.tab = "alpha";
    this.camera = shoots("chain", () => this.openStages().map((stage) => ({ key: stage.name, name: stage.plain, elements: [this.card(stage).element] })));
    this.head = html("div", { class: "chain-head" });
    this.steps = html("nav", { class: "steps-bar" });
    this.strip = html("div", { class: "strip" });
    this.element = html("section", { class: "panel chain-panel" }, this.head, this.steps, this.strip);
    this.width = 0;
    this.resize = new ResizeObserver(() => {
      if (Math.abs(this.strip.clientWidth - this.width) > 2) this.layOut();
    });
    this.resize.observe(this.strip);
  }

  destroy() {
    this.resize.disconnect();
  }

  /** @param {Scene} scene */
  setScene(scene) {
    this.scene = scene;
    this.camera.setScene(scene);
    for (const [name, card] of this.cards) {
      if (!scene.stages.some((stage) => stage.name === name)) {
        card.element.remove();
        this.cards.delete(name);
      }
    }
    if (this.chain() === this.laidOut) {
      drawHead(this);
      this.fillCards();
    } else this.layOut();
  }

  /** @param {Changed} changed */
  onState(changed) {
    if (changed.has("open")) this.layOut();
    if (changed.has("weighting")) drawHead(this);
    if (changed.has("open")) return;
    if (touch(changed, ["weighting", "scale", "digits"])) this.fillCards();
    else if (touch(changed, ["hover", "locked", "direction"])) {
      this.fillMessages();
      this.mark();
    }
  }

  openStages() {
    const open = this.scene.stages.filter((stage) => this.store.state.open.includes(stage.name));
    return isTabbed(this, open) ? open.filter((stage) => stage.name === this.shownTab(open)) : open;
  }

  /** @param {StageOf[]} open */
  shownTab(open) {
    return open.some((stage) => stage.name === this.tab) ? this.tab : open[open.length - 1].name;
  }

  /** @param {string} name */
  showTab(name) {
    this.tab = name;
    this.layOut();
  }

  /** All steps on offer, or those again that stand there at first. */
  unfold() {
    this.unfolded = !this.unfolded;
    const { open } = this.store.state;
    if (!this.unfolded && open.length > this.scene.openAtStart.length) this.store.update({ open: this.scene.openAtStart });
    this.layOut();
  }

  /** What the cards are laid out by: while it is the same they stay in place, with what is being typed in them. */
  chain() {
    const { open } = this.store.state;
    return JSON.stringify([this.openStages().map(({ name }) => name), this.scene.stages.map(({ name, plain }) => [name, plain, open.includes(name)])]);
  }

  layOut() {
    if (!this.scene) return;
    this.width = this.strip.clientWidth;
    this.laidOut = this.chain();
    drawHead(this);
    this.steps.toggleAttribute("hidden", !this.unfolded);
    this.element.toggleAttribute("data-unfolded", this.unfolded);
    drawSteps(this);
    const cards = this.openStages().map((stage) => this.card(stage).element);
    const parts = cards.flatMap((card, k) => (k ? [html("span", { class: "then", "aria-hidden": "true" }, "→"), card] : [card]));
    this.strip.replaceChildren(...parts);
    this.fillCards();
  }

  /** @param {StageOf} stage */
  card(stage) {
    const known = this.cards.get(stage.name);
    if (known) return known;
    const [head, body, foot] = [html("header"), html("div"), html("footer")];
    const matrix = new MatrixView({
      hover: (cell) => {
        card.at = cell;
        this.store.update({ hover: cell && this.focusOf(stage.name, cell) });
        if (stage.entries) matrix.mark({ hover: cell ? { cells: [cell] } : {} });
        this.tell(stage.name);
      },
      choose: (cell) => {
        const focus = this.focusOf(stage.name, cell);
        if (focus) this.store.toggleLock(focus);
        else if (stage.entries) this.edit(stage.name, cell);
      },
    });
    /** @type {Card} */
    const card = {
      element: html("article", { class: "card", "data-stage": stage.name, "data-editable": stage.entries && !this.scene.fixed ? "" : null }, head, body, foot),
      head,
      body,
      foot,
      readout: html("span", { class: "cell-readout" }),
      row: html("p", { class: "quiet-text row-sum" }),
      matrix,
      messages: [],
      at: null,
    };
    this.cards.set(stage.name, card);
    return card;
  }

  /** What a cell of a stage stands for. @returns {Focus|null} @param {string} name @param {Cell} cell */
  focusOf(name, [row, column]) {
    const stage = stageOf(this.scene, name);
    if (stage.layout === "pairs") return edgeFocus(row, column);
    if (stage.layout === "nodes") return nodeFocus(row);
    if (stage.layout === "messages") {
      const edge = this.card(stage).messages[row];
      return edge ? edgeFocus(edge.target, edge.source) : null;
    }
    return null;
  }

  /** Let an entry of the model's weights be typed anew. @param {string} name @param {Cell} cell */
  edit(name, cell) {
    const { layer, texts } = this.scene;
    const stage = stageOf(this.scene, name);
    const { entries, perHead } = stage;
    if (!entries || this.scene.fixed) return;
    const { matrix } = this.card(stage);
    const parameter = entries.parameters[entries.rows ? 0 : cell[0]];
    const { head } = shownWeighting(this.scene, this.store.state);
    const label = fillIn(texts.entryField, { parameter, row: matrix.spec.rowNames[cell[0]], column: matrix.spec.columnNames[cell[1]] });
    const place = entries.rows ? cell : [cell[1]];
    this.editor.open(matrix, cell, { layer, step: entries.step, name: parameter, head: perHead ? head : null, place }, label);
  }

  /** @param {StageOf} stage */
  columnNames(stage) {
    return stage.layout === "pairs" ? this.scene.names : stage.columns;
  }

  fillCards() {
    if (!this.width) return;
    const sizes = new CellSizes(this);
    for (const stage of this.openStages()) this.fillCard(stage, sizes);
    this.mark();
  }

  fillMessages() {
    const sizes = new CellSizes(this);
    for (const stage of this.openStages()) if (stage.layout === "messages") this.fillCard(stage, sizes);
  }

  /** @param {StageOf} stage @param {CellSizes} sizes */
  fillCard(stage, sizes) {
    const card = this.card(stage);
    const { texts } = this.scene;
    const { digits } = this.store.state;
    const weighting = shownWeighting(this.scene, this.store.state);
    const noHead = stage.perHead && weighting.head === null && stage.name !== "alpha";
    const told = stage.name === "alpha" && weighting.kind !== "head" ? weighting : stage;
    card.head.replaceChildren(
      html("h3", {}, told === stage ? math(stage.symbol) : weighting.symbol),
      html("span", { class: "shape", title: stage.shapeLetters }, stage.shape),
      card.readout,
    );
    const spec = noHead ? null : this.spec(stage, card, weighting, sizes);
    if (spec) {
      if (card.matrix.element.parentNode !== card.body) card.body.replaceChildren(card.matrix.element);
      card.matrix.show(spec);
    } else {
      const reason = noHead ? fillIn(texts.noHead, { label: weighting.label }) : texts.noTarget;
      card.body.replaceChildren(html("p", { class: "quiet-text nothing" }, reason));
    }
    const bounds = told === stage ? stage.ranges?.[stage.perHead ? (weighting.head ?? 0) : 0] : weighting.range;
    const range = bounds && fillIn(this.scene.whole.cut && stage.layout !== "messages" ? texts.rangeWhole : texts.range, { low: number(bounds[0], digits), high: number(bounds[1], digits) });
    card.foot.replaceChildren(
      this.unfolded ? html("p", { class: "say" }, told === stage ? stage.caption : weighting.explanation) : "",
      math(told === stage ? stage.formula : weighting.formula.mathml),
      html("p", { class: "quiet-text" }, [range, this.note(stage, weighting)].filter(Boolean).join(" · "), stage.entries && !this.scene.fixed ? html("span", { class: "use" }, ` · ${texts.editable}`) : null),
      card.row,
    );
  }

  /** @param {StageOf} stage @param {Weighting} weighting */
  note(stage, weighting) {
    const { texts, whole } = this.scene;
    const marks = whole.cut ? texts.hatchedOrUndrawn : texts.hatched;
    if (stage.name === "alpha") return whole.cut ? `${rowsSum(this, weighting)} · ${marks}` : rowsSum(this, weighting);
    const all = this.scene.edges.length === this.scene.names.length ** 2;
    if (stage.layout === "pairs") return all && !whole.cut ? "" : marks;
    const target = stage.layout === "messages" ? this.focusTarget() : null;
    const count = target === null ? 0 : whole.undrawn.reads[target];
    return count ? fillIn(stage.rest ? texts.undrawnRowNote : texts.moreUndrawn, { count }) : "";
  }

  /** @returns {import("./matrix_view.js").MatrixSpec|null} @param {StageOf} stage @param {Card} card @param {Weighting} weighting @param {CellSizes} sizes */
  spec(stage, card, weighting, sizes) {
    const { scene } = this;
    const read = this.reader(stage, card, weighting);
    if (!read) return null;
    const limit = stage.name in LIMITS ? LIMITS[stage.name](scene, this.store.state) : stage.limit;
    return {
      label: `${stage.plain}, ${stage.shape}: ${stage.caption}`,
      rowNames: read.rowNames,
      columnNames: this.columnNames(stage),
      value: read.value,
      masked: read.masked,
      undrawn: read.undrawn,
      colours: colourScale(stage.colour, limit, scene.palette),
      empty: scene.palette.empty,
      hatch: scene.palette.hatch,
      faded: scene.palette.faded,
      digits: this.store.state.digits,
      ...sizes.of(stage),
    };
  }

  /**
   * How to read a stage's value at a row and a column, for the head on show.
   * @param {StageOf} stage @param {Card} card @param {Weighting} weighting
   * @returns {Pick<MatrixSpec, "rowNames"|"value"|"masked"|"undrawn">|null}
   */
  reader(stage, card, weighting) {
    if (stage.layout === "pairs") return this.pairReader(stage, weighting);
    if (!stage.values) return null;
    if (stage.layout === "messages") return this.messageReader(stage, stage.values, card, weighting.head ?? 0);
    const { at } = stage.values;
    const head = weighting.head ?? 0;
    const [rowNames, first] = stage.layout === "weights" ? [stage.rowNames, true] : [this.scene.names, false];
    return {
      rowNames,
      value: (row, column) => (!stage.perHead ? at(row, column) : first ? at(head, row, column) : at(row, head, column)),
      masked: () => false,
    };
  }

  /** @param {StageOf} stage @param {Weighting} weighting */
  pairReader({ name, values, pairs, elsewhere }, weighting) {
    const { scene } = this;
    const head = weighting.head ?? 0;
    /** @param {number|null} value */
    const known = (value) => (Number.isNaN(value) ? null : value);
    /** @param {Edge} edge */
    const shown = (edge) => (name === "alpha" ? onEdge(weighting.values, edge) : values && known(onEdge(values, edge, head)));
    /** @param {number} row @param {number} column */
    const beside = (row, column) => (elsewhere ? -Infinity : pairs && known(pairs.at(head, row, column)));
    return {
      rowNames: scene.names,
      /** @param {number} row @param {number} column */
      value: (row, column) => {
        const edge = scene.edgeBetween(row, column);
        return edge ? shown(edge) : beside(row, column);
      },
      /** @param {number} row @param {number} column */
      masked: (row, column) => !scene.edgeBetween(row, column),
      /** @param {number} row @param {number} column */
      undrawn: (row, column) => scene.edgeBetween(row, column)?.drawn === false,
    };
  }

  /** What the node in focus takes in, an edge a row. @param {StageOf} stage @param {Tensor} values @param {Card} card @param {number} head */
  messageReader({ rest, perHead }, values, card, head) {
    const { scene } = this;
    const target = this.focusTarget();
    if (target === null) return null;
    const edges = (card.messages = scene.into[target]);
    const names = edges.map((edge) => scene.names[edge.source]);
    const undrawn = rest ? scene.whole.undrawn.reads[target] : 0;
    return {
      rowNames: undrawn ? [...names, fillIn(scene.texts.undrawnRow, { count: undrawn })] : names,
      /** @param {number} row @param {number} column */
      value: (row, column) => (row < edges.length ? values.at(edges[row].index, ...(perHead ? [head] : []), column) : (rest?.at(target, head, column) ?? null)),
      masked: () => false,
    };
  }

  focusTarget() {
    const focus = this.store.state.locked ?? this.store.state.hover;
    if (!focus) return null;
    return focus.kind === "node" ? focus.node : focus.target;
  }

  mark() {
    const { hover, locked, direction } = this.store.state;
    const weighting = shownWeighting(this.scene, this.store.state);
    for (const stage of this.openStages()) {
      const card = this.card(stage);
      const shown = { messages: card.messages, head: weighting.head };
      /** @param {Focus|null} focus */
      const marks = (focus) => marksOf(this.scene, stage, focus, direction, shown);
      card.matrix.mark({ hover: same(hover, locked) ? {} : marks(hover), locked: marks(locked) });
      this.tell(stage.name);
    }
  }

  /** Say the value of the cell in question: the one under the pointer, else the one that is hovered elsewhere or locked. @param {string} name */
  tell(name) {
    const stage = stageOf(this.scene, name);
    const card = this.card(stage);
    const { spec } = card.matrix;
    const focus = this.store.state.hover ?? this.store.state.locked;
    /** @type {Cell|null} */
    const cell = card.at ?? (stage.layout === "pairs" && focus?.kind === "edge" ? [focus.target, focus.source] : null);
    const { texts } = this.scene;
    const within = cell && spec && card.matrix.element.isConnected && cell[0] < spec.rowNames.length && cell[1] < spec.columnNames.length;
    card.readout.textContent = card.readout.title = "";
    if (within) {
      const [row, column] = [spec.rowNames[cell[0]], spec.columnNames[cell[1]]].map((text) => shorten(text, 9));
      const told = number(spec.value(...cell), this.store.state.digits);
      const state = stage.layout !== "pairs" ? "" : spec.masked(...cell) ? texts.cellNoArrow : spec.undrawn?.(...cell) ? texts.cellUndrawn : "";
      card.readout.textContent = [told, state, fillIn(texts.cellReadout, { row, column })].filter(Boolean).join(" · ");
      card.readout.title = card.readout.textContent;
    }
    card.row.textContent = rowSum(this, stage, within ? cell[0] : this.focusTarget());
  }
}
