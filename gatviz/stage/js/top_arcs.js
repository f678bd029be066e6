/** The strongest arrows as a table: sorted as one likes, linked to the canvas by hover, locked by a click. */

import { html } from "./dom.js";
import { fillIn, number, shorten } from "./format.js";
import { drawnValues } from "./scene.js";
import { arcFocus } from "./store.js";

const MOST_LISTED = 100;
const LISTED_COLUMNS = ["source", "target", "value", "uniform"];
const LISTED_LETTERS = 28;

export class TopArcs {
  /** @param {import("./store.js").Store} store */
  constructor(store) {
    this.store = store;
    this.by = "value";
    this.element = html("div", { class: "top-arcs", tabindex: 0 });
    this.element.addEventListener("pointerleave", () => store.update({ hover: null }));
  }

  /** Whether the pointer is on it: then what it hovers must not replace it. */
  get pointed() {
    return this.element.matches(":hover");
  }

  draw(scene) {
    const { texts, names } = scene;
    const { digits } = this.store.state;
    const { values, symbol } = drawnValues(scene, this.store.state);
    const key = {
      source: (a, b) => names[a.source].localeCompare(names[b.source], undefined, { numeric: true }),
      target: (a, b) => names[a.target].localeCompare(names[b.target], undefined, { numeric: true }),
      value: (a, b) => Math.abs(values[b.index]) - Math.abs(values[a.index]),
      uniform: (a, b) => scene.uniform.at(b.target) - scene.uniform.at(a.target),
    };
    const { whole } = scene;
    const known = whole.sent ? scene.between : scene.arcs;
    const strongest = [...known].sort(key.value).slice(0, MOST_LISTED);
    const rows = strongest.sort(key[this.by]).map((arc) => this.row(arc, scene, number(values[arc.index], digits), digits));
    const heads = LISTED_COLUMNS.map((column) =>
      html(
        "th",
        { scope: "col", "aria-sort": this.by === column ? "ascending" : null },
        html("button", { type: "button", class: "tool", "aria-pressed": this.by === column, onclick: () => this.sort(column, scene) }, column === "value" ? symbol : texts[`top_${column}`]),
      ),
    );
    this.element.setAttribute("aria-label", texts.topArcs);
    this.element.replaceChildren(
      html("h4", {}, fillIn(!whole.cut ? texts.topArcs : whole.sent ? texts.topArcsBetween : texts.topArcsDrawn, { count: rows.length, here: known.length, all: whole.arcs })),
      html("table", {}, html("thead", {}, html("tr", {}, ...heads)), html("tbody", {}, ...rows)),
    );
  }

  row(arc, { names, uniform, texts }, value, digits) {
    const focus = arcFocus(arc.target, arc.source);
    return html(
      "tr",
      {
        tabindex: 0,
        class: arc.drawn ? null : "undrawn",
        title: arc.drawn ? null : texts.undrawn,
        onpointerenter: () => this.store.update({ hover: focus }),
        onfocus: () => this.store.update({ hover: focus }),
        onclick: () => this.store.toggleLock(focus),
        onkeydown: (event) => event.key === "Enter" && this.store.toggleLock(focus),
      },
      html("td", {}, shorten(names[arc.source], LISTED_LETTERS)),
      html("td", {}, shorten(names[arc.target], LISTED_LETTERS)),
      html("td", {}, value),
      html("td", {}, number(uniform.at(arc.target), digits)),
    );
  }

  sort(column, scene) {
    this.by = column;
    this.draw(scene);
  }
}
