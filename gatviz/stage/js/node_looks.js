/** How nodes look: the colour of their label, prediction or evenness, and where their names stand. */

import { set } from "./dom.js";
import { breadth, fillIn } from "./format.js";
import { overlap } from "./geometry.js";
import { placeNames } from "./names.js";
import { colourScale } from "./scales.js";
import { shownWeighting } from "./scene.js";

/**
 * @import {Box} from "./geometry.js"
 * @import {GraphView} from "./graph_view.js"
 */

/** @type {("line"|"fill"|"ink")[]} */
const LOOK = ["line", "fill", "ink"];
/** How wide a letter of a node's features is. */
const FEATURE_LETTER = 6.4;
/** Half the extent of a loop, by the radius of its node. */
const LOOP_SIZE = 0.75;
/** Names keep so clear of points along the arrows, where there are so few of them. */
const ON_ARROW = 5;
const MAX_AVOIDED = 150;

/** Nodes by their label, or by what an opened model predicts; a ring around every node that it gets wrong. @param {GraphView} view */
export function paintClasses(view) {
  const { scene } = view;
  const { classes: colours } = scene.palette;
  const { predicted, wrong } = scene;
  const shown = view.store.state.nodes === "prediction" && predicted.length ? predicted : scene.classOf;
  view.nodes.forEach(({ group, circle, title }, n) => {
    circle.toggleAttribute("data-class", shown[n] >= 0);
    const look = shown[n] >= 0 ? colours[shown[n] % colours.length] : null;
    for (const part of LOOK) group.style.setProperty(`--class-${part}`, look?.[part] ?? "");
    group.classList.toggle("wrong", Boolean(wrong[n]));
    title.textContent = nodeTitle(view, n);
  });
}

/** @param {GraphView} view @param {number} n */
function nodeTitle(view, n) {
  const { called, classNames, classOf, predicted, wrong, texts } = view.scene;
  const values = { node: called[n], predicted: classNames[predicted[n]], label: classNames[classOf[n]] };
  return predicted.length ? fillIn(wrong[n] ? texts.wrongNode : texts.predictedNode, values) : called[n];
}

/** Nodes by how evenly the shown head shares out there, where that is asked for and can be told. @param {GraphView} view */
export function colourNodes(view) {
  const { scene } = view;
  const { head } = shownWeighting(scene, view.store.state);
  const asked = view.store.state.nodes === "evenness" && head !== null;
  if (!asked && !view.isTold) return;
  view.isTold = asked;
  const colours = colourScale("share", 1, scene.palette);
  view.nodes.forEach(({ group, circle }, n) => {
    const value = asked ? scene.evenness.at(n, head ?? 0) : NaN;
    group.classList.toggle("told", asked && !Number.isNaN(value));
    group.classList.toggle("untold", asked && Number.isNaN(value));
    circle.style.setProperty("--told", Number.isNaN(value) ? "" : colours.fill(value));
    group.style.setProperty("--told-ink", Number.isNaN(value) ? "" : colours.ink(value));
  });
}

/** Names beside nodes, where they have room; features that would lie on one step aside. @param {GraphView} view */
export function writeNames(view) {
  const letters = view.nodes.map(({ name }) => breadth(name?.textContent ?? ""));
  const size = LOOP_SIZE * view.radius;
  const loops = view.scene.edges.flatMap(({ source, target }, k) => {
    const across = source === target ? view.edgeElements[k].shape?.across : null;
    const node = view.screen[target];
    return across ? [{ x: node.x + 2 * size * across.x, y: node.y + 2 * size * across.y, half: size, tall: size }] : [];
  });
  const few = view.edgeElements.length <= MAX_AVOIDED;
  const onArrows = few ? view.edgeElements.flatMap(({ shape }, k) => (view.scene.edges[k].source === view.scene.edges[k].target ? [] : (shape?.places ?? []))) : [];
  const arrows = onArrows.map(({ x, y }) => ({ x, y, half: ON_ARROW, tall: ON_ARROW }));
  const places = placeNames(view.screen, view.radius, letters, [...loops, ...arrows], view.frame.there);
  view.written = places.flatMap((place) => (place ? [place.box] : []));
  view.nodes.forEach(({ name, features }, n) => {
    const place = places[n];
    name?.classList.toggle("crowded", place === null);
    if (name && place) {
      set(name, { x: place.x, y: place.y });
      name.style.textAnchor = place.anchor;
      if (features && place.x === 0) set(features, { y: (place.y > 0 ? -1 : 1) * (view.radius + 12) });
    }
    if (!features) return;
    const half = (breadth(features.textContent ?? "") * FEATURE_LETTER) / 2;
    const { x, y } = view.screen[n];
    const usual = Number(features.getAttribute("y"));
    const aside = view.radius + 6 + half;
    const [corner, low] = [0.7 * view.radius + 3 + half, 0.7 * view.radius + 8];
    const boxes = [[0, usual], [0, -usual], [aside, 0], [-aside, 0], [corner, low], [corner, -low], [-corner, low], [-corner, -low]].map(([right, down]) => ({ x: x + right, y: y + down, half, tall: 9 }));
    const { width, height } = view.frame.there;
    const others = view.screen.flatMap((at, other) => (other === n ? [] : [{ ...at, half: view.radius, tall: view.radius }]));
    /** @param {Box} box @param {Box[]} taken */
    const isFree = (box, taken) => !taken.some((other) => overlap(box, other));
    const inside = boxes.filter((one) => one.x >= half && one.x <= width - half && one.y > one.tall && one.y < height - one.tall && isFree(one, [...view.written, ...others]));
    const box = inside.find((one) => isFree(one, [...loops, ...arrows])) ?? inside.find((one) => isFree(one, loops)) ?? inside[0] ?? boxes[0];
    set(features, { x: box.x - x });
    set(features, { y: box.y - y });
    view.written.push(box);
  });
}
