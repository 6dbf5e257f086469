// URL and URLSearchParams (URL Standard). The parser is the engine's; these are the objects around it.

import { host } from "peerserver:host";

const PARTS = ["href", "origin", "protocol", "username", "password", "host", "hostname", "port", "pathname", "search", "hash"];

/** @param {unknown} value */
const wellFormed = (value) => String(value).toWellFormed();

/** @type {(text: string, changed: (text: string) => void) => URLSearchParams} */
let queryOf; // (text, changed) → URLSearchParams that tells its URL of changes
/** @type {(params: URLSearchParams, text: string) => void} */
let reread; // (params, text): the URL changed

export class URLSearchParams {
  /** @type {[name: string, value: string][]} */
  #list = [];
  /** @type {((text: string) => void) | null} */
  #changed = null; // Tells the URL whose query this is.

  /** @param {string | Iterable<Iterable<unknown>> | Fields | null} [init] */
  constructor(init = "") {
    if (init !== null && typeof init === "object") {
      if (typeof /** @type {MaybeIterable} */ (init)[Symbol.iterator] === "function") {
        for (const pair of /** @type {Iterable<Iterable<unknown>>} */ (init)) {
          const [name, value, ...more] = pair;
          if (value === undefined || more.length) throw new TypeError("each parameter is a pair of name and value");
          this.#list.push([wellFormed(name), wellFormed(value)]);
        }
      } else {
        for (const name of Object.keys(init)) {
          this.#list.push([wellFormed(name), wellFormed(/** @type {Fields} */ (init)[name])]);
        }
      }
    } else {
      this.#read(String(init));
    }
  }

  /** @param {string} text */
  #read(text) {
    const flat = host.formParse(wellFormed(text).replace(/^\?/, ""));
    this.#list = [];
    for (let i = 0; i + 1 < flat.length; i += 2) this.#list.push([flat[i], flat[i + 1]]);
  }

  #tell() {
    this.#changed?.(this.toString());
  }

  get size() {
    return this.#list.length;
  }

  /**
   * @param {unknown} name
   * @param {unknown} value
   */
  append(name, value) {
    this.#list.push([wellFormed(name), wellFormed(value)]);
    this.#tell();
  }

  /**
   * @param {unknown} name
   * @param {unknown} [value]
   */
  delete(name, value) {
    const [n, v] = [wellFormed(name), value === undefined ? undefined : wellFormed(value)];
    this.#list = this.#list.filter((pair) => pair[0] !== n || (v !== undefined && pair[1] !== v));
    this.#tell();
  }

  /** @param {unknown} name */
  get(name) {
    const wanted = wellFormed(name);
    return this.#list.find((pair) => pair[0] === wanted)?.[1] ?? null;
  }

  /** @param {unknown} name */
  getAll(name) {
    const wanted = wellFormed(name);
    return this.#list.filter((pair) => pair[0] === wanted).map((pair) => pair[1]);
  }

  /**
   * @param {unknown} name
   * @param {unknown} [value]
   */
  has(name, value) {
    const [n, v] = [wellFormed(name), value === undefined ? undefined : wellFormed(value)];
    return this.#list.some((pair) => pair[0] === n && (v === undefined || pair[1] === v));
  }

  /**
   * @param {unknown} name
   * @param {unknown} value
   */
  set(name, value) {
    /** @type {[name: string, value: string]} */
    const pair = [wellFormed(name), wellFormed(value)];
    const at = this.#list.findIndex((other) => other[0] === pair[0]);
    if (at < 0) {
      this.#list.push(pair);
    } else {
      this.#list = this.#list.filter((other, i) => i === at || other[0] !== pair[0]);
      this.#list[at] = pair;
    }
    this.#tell();
  }

  sort() {
    this.#list.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
    this.#tell();
  }

  /**
   * @param {(value: string, name: string, params: URLSearchParams) => void} call
   * @param {unknown} [self]
   */
  forEach(call, self) {
    for (const [name, value] of this) call.call(self, value, name, this);
  }

  /** @returns {Generator<[name: string, value: string], void>} */
  *entries() {
    for (let i = 0; i < this.#list.length; i++) yield [...this.#list[i]];
  }

  /** @returns {Generator<string, void>} */
  *keys() {
    for (const [name] of this) yield name;
  }

  /** @returns {Generator<string, void>} */
  *values() {
    for (const [, value] of this) yield value;
  }

  [Symbol.iterator]() {
    return this.entries();
  }

  toString() {
    return host.formSerialize(this.#list.flat());
  }

  get [Symbol.toStringTag]() {
    return "URLSearchParams";
  }

  static {
    queryOf = (text, changed) => {
      const params = new URLSearchParams(text);
      params.#changed = changed;
      return params;
    };
    reread = (params, text) => params.#read(text);
  }
}

export class URL {
  #parts;
  /** @type {URLSearchParams | null} */
  #query = null;

  /**
   * @param {unknown} url
   * @param {unknown} [base]
   */
  constructor(url, base) {
    const parts = parse(url, base);
    if (!parts) throw new TypeError(`${JSON.stringify(String(url))} is not a URL${base === undefined ? "" : " here"}`);
    this.#parts = parts;
  }

  /**
   * @param {unknown} url
   * @param {unknown} [base]
   */
  static canParse(url, base) {
    return parse(url, base) !== undefined;
  }

  /**
   * @param {unknown} url
   * @param {unknown} [base]
   */
  static parse(url, base) {
    return URL.canParse(url, base) ? new URL(url, base) : null;
  }

  get searchParams() {
    this.#query ??= queryOf(this.search, (text) => {
      this.#parts = host.urlSet(this.href, "search", text) ?? this.#parts;
    });
    return this.#query;
  }

  toString() {
    return this.href;
  }

  toJSON() {
    return this.href;
  }

  get [Symbol.toStringTag]() {
    return "URL";
  }

  static {
    PARTS.forEach((part, i) => {
      /** @type {PropertyDescriptor & ThisType<URL>} */
      const property = { enumerable: true, configurable: true, get() { return this.#parts[i]; } };
      if (part !== "origin") {
        /**
         * @this {URL}
         * @param {unknown} value
         */
        property.set = function (value) {
          const parts = host.urlSet(this.href, part, wellFormed(value));
          if (!parts) {
            if (part === "href") throw new TypeError(`${JSON.stringify(String(value))} is not a URL`);
            return; // As the standard has it: a part that does not fit changes nothing.
          }
          this.#parts = parts;
          if (this.#query) reread(this.#query, this.search);
        };
      }
      Object.defineProperty(URL.prototype, part, property);
    });
  }
}

/**
 * @param {unknown} url
 * @param {unknown} base
 */
function parse(url, base) {
  return host.urlParse(wellFormed(url), base === undefined ? undefined : wellFormed(base));
}
