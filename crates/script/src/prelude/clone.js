// structuredClone (HTML Standard), for the values that exist here.

import { Blob } from "peerserver:blob";

/** @typedef {new (buffer: ArrayBuffer, offset: number, length: number) => ArrayBufferView} ViewConstructor */

const BOXES = [Boolean, Number, String, BigInt];
/** @type {{ [name: string]: ErrorConstructor }} */
const ERRORS = { Error, EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError };

/**
 * @param {unknown} value
 * @returns {never}
 */
function refuse(value) {
  const what = typeof value === "object" ? Object.prototype.toString.call(value) : `a ${typeof value}`;
  throw new DOMException(`${what} cannot be cloned`, "DataCloneError");
}

/**
 * @template Value
 * @param {Value} value
 * @param {{ transfer?: unknown[] }} [options]
 */
export function structuredClone(value, { transfer = [] } = {}) {
  if (transfer.length) throw new DOMException("nothing can be transferred here", "DataCloneError");
  return /** @type {Value} */ (copy(value, new Map()));
}

/**
 * An error with the message, and the name if it is one of the language's or of DOMException.
 * @param {Error} error
 */
function sameKind(error) {
  const message = String(error.message);
  if (error instanceof DOMException) return new DOMException(message, error.name);
  const Kind = Object.hasOwn(ERRORS, error.name) ? ERRORS[error.name] : Error;
  return new Kind(message);
}

/**
 * @param {unknown} value
 * @param {Map<object, unknown>} seen
 * @returns {unknown}
 */
function copy(value, seen) {
  if (typeof value === "function" || typeof value === "symbol") refuse(value);
  if (typeof value !== "object" || value === null) return value;
  if (seen.has(value)) return seen.get(value);
  /**
   * @template {object} Result
   * @param {Result} result
   */
  const made = (result) => {
    seen.set(value, result);
    return result;
  };
  if (BOXES.some((Box) => value instanceof Box)) return made(Object(value.valueOf()));
  if (value instanceof Date) return made(new Date(value.getTime()));
  if (value instanceof RegExp) return made(new RegExp(value.source, value.flags));
  if (value instanceof Blob) return made(value);
  if (value instanceof ArrayBuffer) return made(value.slice());
  if (ArrayBuffer.isView(value)) {
    const buffer = /** @type {ArrayBuffer} */ (copy(value.buffer, seen));
    return made(new (/** @type {ViewConstructor} */ (value.constructor))(
      buffer,
      value.byteOffset,
      value instanceof DataView ? value.byteLength : /** @type {Uint8Array} */ (value).length,
    ));
  }
  if (value instanceof Map) {
    const result = made(new Map());
    for (const [key, item] of [...value]) result.set(copy(key, seen), copy(item, seen));
    return result;
  }
  if (value instanceof Set) {
    const result = made(new Set());
    for (const item of [...value]) result.add(copy(item, seen));
    return result;
  }
  if (value instanceof Error) {
    const result = made(sameKind(value));
    if ("cause" in value) result.cause = copy(value.cause, seen);
    Object.defineProperty(result, "stack", { value: String(value.stack ?? ""), writable: true, configurable: true });
    return result;
  }
  const plain = Array.isArray(value) || ["[object Object]", "[object Arguments]"].includes(Object.prototype.toString.call(value));
  if (!plain || value instanceof Promise || value instanceof WeakMap || value instanceof WeakSet || value instanceof WeakRef) refuse(value);
  const result = made(Array.isArray(value) ? new Array(value.length) : {});
  for (const key of Object.keys(value)) {
    Object.defineProperty(result, key, {
      value: copy(/** @type {Fields} */ (value)[key], seen),
      writable: true,
      enumerable: true,
      configurable: true,
    });
  }
  return result;
}
