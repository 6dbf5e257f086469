// Headers (Fetch Standard). What a name and a value may be is checked here, so that nothing of a visitor's
// can break out of a header.

const NAME = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

/** @param {unknown} name */
function nameOf(name) {
  const text = String(name);
  if (!NAME.test(text)) throw new TypeError(`${JSON.stringify(text)} is not a header's name`);
  return text.toLowerCase();
}

/** @param {unknown} value */
function valueOf(value) {
  const text = String(value).replace(/^[\t\n\r ]+|[\t\n\r ]+$/g, "");
  if (!VALUE.test(text)) {
    throw new TypeError(`${JSON.stringify(text)} cannot stand in a header: line breaks, control characters and characters beyond ÿ are not possible there`);
  }
  return text;
}

/**
 * (flat list that the engine has checked: `[name, value, …]`, names in lower case) → Headers
 * @type {(flat: string[]) => Headers}
 */
export let checked;
/**
 * (Headers) → the same flat list, repeated headers apart
 * @type {(headers: Headers) => string[]}
 */
export let flatten;

/**
 * @typedef {[name: string, value: string]} Pair
 * @typedef {Headers | Iterable<Iterable<unknown>> | Fields} HeadersSource
 */

export class Headers {
  /** @type {Pair[]} */
  #list = []; // [lower-case name, value], in the order of appending.

  /** @param {HeadersSource | null} [init] */
  constructor(init) {
    if (init === undefined || init === null) return;
    if (typeof init !== "object") throw new TypeError("headers are an object, a list of pairs or Headers");
    if (init instanceof Headers) {
      this.#list = init.#list.map((pair) => [...pair]);
    } else if (Symbol.iterator in init) {
      for (const pair of /** @type {Iterable<Iterable<unknown>>} */ (init)) {
        const [name, value, ...more] = pair;
        if (value === undefined || more.length) throw new TypeError("each header is a pair of name and value");
        this.append(name, value);
      }
    } else {
      for (const name of Reflect.ownKeys(init)) {
        if (Object.getOwnPropertyDescriptor(init, name)?.enumerable) {
          this.append(name, /** @type {Fields} */ (init)[name]);
        }
      }
    }
  }

  /**
   * @param {unknown} name
   * @param {unknown} value
   */
  append(name, value) {
    this.#list.push([nameOf(name), valueOf(value)]);
  }

  /** @param {unknown} name */
  delete(name) {
    const wanted = nameOf(name);
    this.#list = this.#list.filter(([other]) => other !== wanted);
  }

  /** @param {unknown} name */
  get(name) {
    const wanted = nameOf(name);
    const values = this.#list.filter(([other]) => other === wanted);
    return values.length ? values.map(([, value]) => value).join(", ") : null;
  }

  getSetCookie() {
    return this.#list.filter(([name]) => name === "set-cookie").map(([, value]) => value);
  }

  /** @param {unknown} name */
  has(name) {
    const wanted = nameOf(name);
    return this.#list.some(([other]) => other === wanted);
  }

  /**
   * @param {unknown} name
   * @param {unknown} value
   */
  set(name, value) {
    /** @type {Pair} */
    const pair = [nameOf(name), valueOf(value)];
    const at = this.#list.findIndex(([other]) => other === pair[0]);
    if (at < 0) {
      this.#list.push(pair);
    } else {
      this.#list = this.#list.filter(([other], i) => i === at || other !== pair[0]);
      this.#list[at] = pair;
    }
  }

  /**
   * @param {(value: string, name: string, headers: Headers) => void} call
   * @param {unknown} [self]
   */
  forEach(call, self) {
    for (const [name, value] of this) call.call(self, value, name, this);
  }

  /** @returns {Generator<Pair, void>} */
  *entries() {
    const names = [...new Set(this.#list.map(([name]) => name))].sort();
    for (const name of names) {
      if (name === "set-cookie") yield* this.getSetCookie().map((value) => /** @type {Pair} */ ([name, value]));
      else yield [name, /** @type {string} */ (this.get(name))];
    }
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

  get [Symbol.toStringTag]() {
    return "Headers";
  }

  static {
    checked = (flat) => {
      const headers = new Headers();
      for (let i = 0; i + 1 < flat.length; i += 2) headers.#list.push([flat[i], flat[i + 1]]);
      return headers;
    };
    flatten = (headers) => headers.#list.flat();
  }
}
