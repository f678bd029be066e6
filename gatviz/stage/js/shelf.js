/** Where the browser keeps work: a few sessions in IndexedDB, one place a tab, the oldest giving way. */

import { isSilent, read, silence, write } from "./tab.js";

const DATABASE = "gatviz";
const SHELF = "kept";
const TAB = "gatviz-tab";
const PAGE = "gatviz-page";
const CHANNEL = "gatviz-tabs";
const MOST = 5;
/** Another tab that has the same place says so within so many milliseconds. */
const ANSWER = 120;

/**
 * @typedef {Object} Kept
 * @property {string} tab the place that it has
 * @property {number} time when it was kept, in milliseconds
 * @property {string} title what its graph is called
 * @property {string} content a .gatviz file as base64
 */

export class Shelf {
  constructor() {
    this.me = newName();
    /** @type {Promise<IDBDatabase>|undefined} */
    this.opened = undefined;
    /** The place of this tab. */
    this.tab = read(TAB) ?? "";
    try {
      this.channel = new BroadcastChannel(CHANNEL);
      this.channel.addEventListener("message", ({ data }) => this.answer(data));
    } catch {
      this.channel = null;
    }
  }

  /** What this tab kept before it was loaded anew; a copy of a tab gets a place of its own. @returns {Promise<Kept|undefined>} */
  async mine() {
    const tab = this.tab;
    if (!tab) return void this.move();
    const taken = await this.isTaken(tab);
    const kept = await this.get(tab);
    if (taken) this.move();
    return kept;
  }

  /** Take a new place: what was kept at the one of before stays there. */
  move() {
    this.tab = newName();
    write(TAB, this.tab);
  }

  /** Take over what another tab left. @param {Kept} kept */
  async adopt(kept) {
    if (await this.isTaken(kept.tab)) return this.move();
    this.tab = kept.tab;
    write(TAB, this.tab);
  }

  /** Whether another tab, that is still open, has this place. @param {string} tab @returns {Promise<boolean>} */
  isTaken(tab) {
    const { channel, me } = this;
    if (!channel) return Promise.resolve(false);
    return new Promise((settle) => {
      /** @param {MessageEvent} event */
      const listen = ({ data }) => data.to === me && data.tab === tab && end(true);
      /** @param {boolean} taken */
      const end = (taken) => {
        channel.removeEventListener("message", listen);
        settle(taken);
      };
      channel.addEventListener("message", listen);
      this.tell({ asks: me, tab });
      setTimeout(() => end(false), ANSWER);
    });
  }

  /** @param {{asks?: string, tab: string}} question */
  answer({ asks, tab }) {
    if (asks && asks !== this.me && tab === this.tab) this.tell({ to: asks, tab });
  }

  /** @param {object} message */
  tell(message) {
    this.channel?.postMessage(message); // oxlint-disable-line unicorn/require-post-message-target-origin -- a channel has no such argument
  }

  /** What the server calls the page that this tab showed last: it may still have all that was done there. */
  get before() {
    return (!this.silent && read(PAGE)) || "";
  }

  /** This is the page that the tab shows. @param {string} server */
  remember(server) {
    if (!this.silent) write(PAGE, server);
  }

  /** Whether nothing is to be kept in this tab: the person had it all forgotten. */
  get silent() {
    return isSilent();
  }

  /** Forget everything, and keep nothing more in this tab. */
  async forget() {
    silence();
    await this.does("readwrite", (shelf) => shelf.clear());
  }

  /** @returns {Promise<Kept[]>} the newest first */
  async all() {
    const found = /** @type {Kept[]} */ (await this.does("readonly", (shelf) => shelf.getAll()));
    return found.toSorted((a, b) => b.time - a.time);
  }

  /** @param {string} tab @returns {Promise<Kept|undefined>} */
  async get(tab) {
    return /** @type {Kept|undefined} */ (await this.does("readonly", (shelf) => shelf.get(tab)));
  }

  /** Keep this tab's work; the oldest of too many goes, and more of them where there is no room. @param {Omit<Kept, "tab">} work */
  async put(work) {
    const others = (await this.all()).filter(({ tab }) => tab !== this.tab);
    await Promise.all(others.splice(MOST - 1).map(({ tab }) => this.does("readwrite", (shelf) => shelf.delete(tab))));
    await this.squeeze({ ...work, tab: this.tab }, others);
  }

  /** @param {Kept} kept @param {Kept[]} others who may have to go, the oldest last @returns {Promise<void>} */
  async squeeze(kept, others) {
    try {
      await this.does("readwrite", (shelf) => shelf.put(kept));
    } catch (error) {
      const oldest = others.pop();
      if (!oldest) throw error;
      await this.does("readwrite", (shelf) => shelf.delete(oldest.tab));
      await this.squeeze(kept, others);
    }
  }

  /** @param {IDBTransactionMode} mode @param {(shelf: IDBObjectStore) => IDBRequest} act @returns {Promise<unknown>} */
  async does(mode, act) {
    this.opened ??= openDatabase();
    const transaction = (await this.opened).transaction(SHELF, mode);
    const request = act(transaction.objectStore(SHELF));
    return new Promise((settle, fail) => {
      transaction.addEventListener("complete", () => settle(request.result));
      transaction.addEventListener("abort", () => fail(transaction.error ?? request.error));
      transaction.addEventListener("error", () => fail(transaction.error ?? request.error));
    });
  }
}

/** @returns {Promise<IDBDatabase>} */
function openDatabase() {
  return new Promise((settle, fail) => {
    const request = indexedDB.open(DATABASE, 1);
    request.addEventListener("upgradeneeded", () => request.result.createObjectStore(SHELF, { keyPath: "tab" }));
    request.addEventListener("success", () => settle(request.result));
    request.addEventListener("error", () => fail(request.error));
    request.addEventListener("blocked", () => fail(request.error));
  });
}

/** Not `crypto.randomUUID`: it is there only under https and on this very computer. */
function newName() {
  return [...crypto.getRandomValues(new Uint32Array(4))].map((part) => part.toString(36)).join("-");
}
