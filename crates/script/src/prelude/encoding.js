// TextEncoder and TextDecoder (Encoding Standard). Sites speak UTF-8; UTF-16 is here for files from elsewhere.

import { host } from "peerserver:host";

/** @type {{ [label: string]: TextEncodingName }} */
const LABELS = {
  "utf-8": "utf-8", utf8: "utf-8", "unicode-1-1-utf-8": "utf-8",
  "utf-16le": "utf-16le", "utf-16": "utf-16le", "utf-16be": "utf-16be",
};

/**
 * Bytes of an ArrayBuffer or a view on one, without a copy.
 * @param {unknown} source
 * @returns {Bytes}
 */
export function bytesOf(source) {
  if (source instanceof Uint8Array) return /** @type {Bytes} */ (source);
  if (ArrayBuffer.isView(source)) {
    return new Uint8Array(/** @type {ArrayBuffer} */ (source.buffer), source.byteOffset, source.byteLength);
  }
  if (source instanceof ArrayBuffer) return new Uint8Array(source);
  throw new TypeError("an ArrayBuffer or a view on one is needed here");
}

/**
 * One Uint8Array of several.
 * @param {Bytes[]} chunks
 */
export function concat(chunks) {
  if (chunks.length === 1) return chunks[0];
  const whole = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.length, 0));
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole;
}

/** @param {unknown} text */
export const encode = (text) => host.encode(String(text).toWellFormed());

export class TextEncoder {
  get encoding() {
    return "utf-8";
  }

  /** @param {unknown} [text] */
  encode(text = "") {
    return encode(text);
  }

  /**
   * @param {unknown} text
   * @param {Uint8Array} into
   */
  encodeInto(text, into) {
    let [read, written] = [0, 0];
    for (const character of String(text)) {
      const bytes = encode(character);
      if (written + bytes.length > into.length) break;
      into.set(bytes, written);
      written += bytes.length;
      read += character.length;
    }
    return { read, written };
  }
}

export class TextDecoder {
  #encoding;
  #fatal;
  #ignoreBOM;
  #held = new Uint8Array(0); // The beginning of a character that the next chunk ends.
  #begun = false;

  /**
   * @param {unknown} [label]
   * @param {{ fatal?: boolean, ignoreBOM?: boolean }} [options]
   */
  constructor(label = "utf-8", { fatal = false, ignoreBOM = false } = {}) {
    const name = String(label).trim().toLowerCase();
    if (!Object.hasOwn(LABELS, name)) {
      throw new RangeError(`${label} is not an encoding that is known here; utf-8, utf-16le and utf-16be are`);
    }
    this.#encoding = LABELS[name];
    this.#fatal = Boolean(fatal);
    this.#ignoreBOM = Boolean(ignoreBOM);
  }

  get encoding() {
    return this.#encoding;
  }

  get fatal() {
    return this.#fatal;
  }

  get ignoreBOM() {
    return this.#ignoreBOM;
  }

  /**
   * @param {ArrayBuffer | ArrayBufferView} [source]
   * @param {{ stream?: boolean }} [options]
   */
  decode(source, { stream = false } = {}) {
    const given = source === undefined ? new Uint8Array(0) : bytesOf(source);
    const bytes = this.#held.length ? concat([this.#held, given]) : given;
    const used = stream ? host.decodable(bytes, this.#encoding) : bytes.length;
    this.#held = bytes.slice(used);
    const text = host.decode(bytes.subarray(0, used), this.#encoding, this.#fatal);
    const first = !this.#begun;
    if (text.length > 0) this.#begun = true;
    if (!stream) this.#begun = false;
    return first && !this.#ignoreBOM && text.startsWith("\uFEFF") ? text.slice(1) : text;
  }
}
