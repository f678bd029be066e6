/** Small multiples as the page mounts them: data in, what is locked and what is wanted alone out. */

import { LATER, styled } from "./dom.js";
import { PanelsView } from "./panels_view.js";
import { alike } from "./tensor.js";
import { decode } from "./wire.js";

/**
 * @import {Looked, Opened, Panels} from "./protocol.js"
 * @typedef {{looked: Looked, opened: Opened}} Messages
 * @typedef {{data: Uint8Array<ArrayBuffer>, parentElement: HTMLElement, setStateValue: <K extends keyof Messages>(name: K, message: Messages[K] & {count: number}) => void}} Page
 * @typedef {{view: PanelsView, bytes: Uint8Array|undefined, send: Page["setStateValue"], mounts: number, due: boolean, ready: Promise<unknown>}} Entry `due`: whether it has yet to show what came
 */

/** @type {WeakMap<HTMLElement, Entry>} */
const all = new WeakMap();

/** How much was sent, counted from the clock: what is mounted anew goes on, not back to 1. */
let sent = 0;

const count = () => (sent = Math.max(sent + 1, Date.now()));

/** @param {HTMLElement} parentElement @returns {Entry} */
function entryOf(parentElement) {
  /** @type {Entry} */
  const entry = { view: LATER, bytes: undefined, send: () => {}, mounts: 0, due: false, ready: styled(parentElement) };
  entry.view = new PanelsView(parentElement, {
    looked: (focus, weighting) => entry.send("looked", { focus, weighting, count: count() }),
    opened: (panel) => entry.send("opened", { panel, count: count() }),
  });
  all.set(parentElement, entry);
  return entry;
}

/** Called for every answer of Python, and with the same bytes again when the page's colours change. @param {Page} page */
export default async function mount({ data, parentElement, setStateValue }) {
  const entry = all.get(parentElement) ?? entryOf(parentElement);
  entry.send = setStateValue;
  const mounted = ++entry.mounts;
  entry.due ||= entry.bytes === data || !alike(entry.bytes, data);
  entry.bytes = data;
  const [panels] = await Promise.all([/** @type {Promise<Panels>} */ (decode(data)), entry.ready]);
  if (mounted === entry.mounts) {
    if (entry.due) entry.view.show(panels);
    entry.due = false;
  }
  return () => {
    if (mounted !== entry.mounts) return;
    all.delete(parentElement);
    entry.view.destroy();
  };
}
