// Blob and File (File API). Their bytes lie in the request's own memory, and count against its limit.

import { bytesOf, concat, encode } from "peerserver:encoding";
import { ReadableStream } from "peerserver:stream";

/**
 * (Blob) → its bytes, which nobody may change
 * @type {(blob: Blob) => Bytes}
 */
export let contentOf;

export class Blob {
  #bytes;
  #type;

  /**
   * @param {Iterable<unknown>} [parts]
   * @param {{ type?: string }} [options]
   */
  constructor(parts = [], { type = "" } = {}) {
    if (typeof parts !== "object" || parts === null || typeof parts[Symbol.iterator] !== "function") {
      throw new TypeError("a Blob is made of a list of parts");
    }
    const chunks = [];
    for (const part of parts) {
      if (part instanceof Blob) chunks.push(part.#bytes);
      else if (ArrayBuffer.isView(part) || part instanceof ArrayBuffer) chunks.push(bytesOf(part));
      else chunks.push(encode(part));
    }
    this.#bytes = concat(chunks.length === 1 ? [chunks[0].slice()] : chunks);
    this.#type = /^[\x20-\x7e]*$/.test(type) ? String(type).toLowerCase() : "";
  }

  get size() {
    return this.#bytes.length;
  }

  get type() {
    return this.#type;
  }

  /**
   * @param {number} [start]
   * @param {number} [end]
   * @param {string} [type]
   */
  slice(start = 0, end = this.size, type = "") {
    return new Blob([this.#bytes.subarray(start, end)], { type });
  }

  async text() {
    return new TextDecoder().decode(this.#bytes);
  }

  async bytes() {
    return this.#bytes.slice();
  }

  async arrayBuffer() {
    return this.#bytes.slice().buffer;
  }

  stream() {
    const bytes = this.#bytes.slice();
    return ReadableStream.from(bytes.length ? [bytes] : []);
  }

  get [Symbol.toStringTag]() {
    return "Blob";
  }

  static {
    contentOf = (blob) => blob.#bytes;
  }
}

export class File extends Blob {
  #name;
  #lastModified;

  /**
   * @param {Iterable<unknown>} parts
   * @param {unknown} name
   * @param {{ type?: string, lastModified?: number }} [options]
   */
  constructor(parts, name, { lastModified = Date.now(), ...options } = {}) {
    if (name === undefined) throw new TypeError("a File needs a name");
    super(parts, options);
    this.#name = String(name).toWellFormed();
    this.#lastModified = Math.trunc(Number(lastModified)) || 0;
  }

  get name() {
    return this.#name;
  }

  get lastModified() {
    return this.#lastModified;
  }

  /** @override */
  get [Symbol.toStringTag]() {
    return "File";
  }
}
