// FormData (XMLHttpRequest Standard): the fields and files of a form, in order.

import { Blob, File } from "peerserver:blob";

/** @typedef {[name: string, value: string | File]} Entry */

/**
 * @param {unknown} name
 * @param {unknown} value
 * @param {unknown} [filename]
 * @returns {Entry}
 */
function entry(name, value, filename) {
  const field = String(name).toWellFormed();
  if (!(value instanceof Blob)) return [field, String(value).toWellFormed()];
  if (value instanceof File && filename === undefined) return [field, value];
  return [field, new File([value], filename ?? "blob", { type: value.type })];
}

export class FormData {
  /** @type {Entry[]} */
  #list = [];

  /** @param {undefined} [form] */
  constructor(form) {
    if (form !== undefined) throw new TypeError("there are no form elements here; append what the form has");
  }

  /**
   * @param {unknown} name
   * @param {unknown} value
   * @param {unknown} [filename]
   */
  append(name, value, filename) {
    this.#list.push(entry(name, value, filename));
  }

  /** @param {unknown} name */
  delete(name) {
    this.#list = this.#list.filter((pair) => pair[0] !== String(name));
  }

  /** @param {unknown} name */
  get(name) {
    return this.#list.find((pair) => pair[0] === String(name))?.[1] ?? null;
  }

  /** @param {unknown} name */
  getAll(name) {
    return this.#list.filter((pair) => pair[0] === String(name)).map((pair) => pair[1]);
  }

  /** @param {unknown} name */
  has(name) {
    return this.#list.some((pair) => pair[0] === String(name));
  }

  /**
   * @param {unknown} name
   * @param {unknown} value
   * @param {unknown} [filename]
   */
  set(name, value, filename) {
    const pair = entry(name, value, filename);
    const at = this.#list.findIndex((other) => other[0] === pair[0]);
    if (at < 0) {
      this.#list.push(pair);
    } else {
      this.#list = this.#list.filter((other, i) => i === at || other[0] !== pair[0]);
      this.#list[at] = pair;
    }
  }

  /**
   * @param {(value: string | File, name: string, form: FormData) => void} call
   * @param {unknown} [self]
   */
  forEach(call, self) {
    for (const [name, value] of this) call.call(self, value, name, this);
  }

  /** @returns {Generator<Entry, void>} */
  *entries() {
    for (const pair of this.#list) yield [...pair];
  }

  /** @returns {Generator<string, void>} */
  *keys() {
    for (const [name] of this) yield name;
  }

  /** @returns {Generator<string | File, void>} */
  *values() {
    for (const [, value] of this) yield value;
  }

  [Symbol.iterator]() {
    return this.entries();
  }

  get [Symbol.toStringTag]() {
    return "FormData";
  }
}

/**
 * A FormData of what the engine read: `[[name, text]]` and `[[name, bytes, file name, media type]]`.
 * @param {FormField[]} entries
 */
export function formOf(entries) {
  const form = new FormData();
  for (const [name, value, filename, type] of entries) {
    form.append(name, filename === undefined ? value : new File([value], filename, { type }));
  }
  return form;
}

/** @param {string} text */
const escaped = (text) => text.replace(/\n/g, "%0A").replace(/\r/g, "%0D").replace(/"/g, "%22");

/**
 * A form as multipart/form-data (RFC 7578): `{ blob, type }`.
 * @param {FormData} form
 */
export function multipartOf(form) {
  const boundary = `----form-${crypto.randomUUID()}`;
  const parts = [];
  for (const [name, value] of form) {
    const head = `--${boundary}\r\ncontent-disposition: form-data; name="${escaped(name)}"`;
    if (value instanceof File) {
      parts.push(`${head}; filename="${escaped(value.name)}"\r\ncontent-type: ${value.type || "application/octet-stream"}\r\n\r\n`, value, "\r\n");
    } else {
      parts.push(`${head}\r\n\r\n${value.replace(/\r?\n|\r/g, "\r\n")}\r\n`);
    }
  }
  parts.push(`--${boundary}--\r\n`);
  return { blob: new Blob(parts), type: `multipart/form-data; boundary=${boundary}` };
}
