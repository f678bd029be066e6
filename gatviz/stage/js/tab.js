/** What a tab keeps for the page that comes after this one in it; nothing, if the person had all of it forgotten. */

const SILENT = "gatviz-silent";
const EDITS = "gatviz-edits";

/** @import {Numbered} from "./protocol.js" */

/** @param {string} key */
export function read(key) {
  try {
    return sessionStorage.getItem(key);
  } catch {
    return null;
  }
}

/** @param {string} key @param {string} value */
export function write(key, value) {
  try {
    sessionStorage.setItem(key, value);
  } catch {
    // a browser that keeps nothing: said when there is something to keep
  }
}

/** Whether nothing is to be kept in this tab: the person had it all forgotten. */
export const isSilent = () => read(SILENT) !== null;

/** From now on. */
export function silence() {
  write(SILENT, "1");
}

/** Edits that Python has not taken yet, as the page is left. @param {Numbered[]} edits */
export function leave(edits) {
  if (!isSilent()) write(EDITS, JSON.stringify(edits));
}

/** Those that the page before left; they wait for its session to come back. @returns {Numbered[]} */
export function left() {
  const found = isSilent() ? null : read(EDITS);
  write(EDITS, "[]");
  return JSON.parse(found ?? "[]");
}
