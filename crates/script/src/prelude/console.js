// console (Console Standard): entries in the site's log.

import { host } from "peerserver:host";

const MOST = 50; // Entries of a list or object that are shown.
const DEEP = 3;

/**
 * A value as a person reads it.
 * @param {unknown} value
 * @param {number} [depth]
 * @param {object[]} [seen]
 * @returns {string}
 */
export function show(value, depth = 0, seen = []) {
  if (typeof value === "string") return depth ? JSON.stringify(value) : value;
  if (typeof value === "bigint") return `${value}n`;
  if (typeof value === "symbol" || value === null || typeof value !== "object") {
    return typeof value === "function" ? `[function ${value.name || "without name"}]` : String(value);
  }
  if (seen.includes(value)) return "[circular]";
  if (value instanceof Error) return value.stack ? `${value.name}: ${value.message}\n${value.stack}`.trimEnd() : `${value.name}: ${value.message}`;
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? "Invalid Date" : value.toISOString();
  if (value instanceof RegExp) return String(value);
  if (depth >= DEEP) return Array.isArray(value) ? "[…]" : "{…}";
  /** @param {unknown} item */
  const inner = (item) => show(item, depth + 1, [...seen, value]);
  /** @param {string[]} items */
  const list = (items) => [...items.slice(0, MOST), ...(items.length > MOST ? ["…"] : [])].join(", ");
  if (Array.isArray(value)) return `[${list(value.slice(0, MOST + 1).map(inner))}]`;
  if (ArrayBuffer.isView(value)) return `${value.constructor.name}(${value.byteLength} bytes)`;
  if (value instanceof Map) return `Map {${list([...value].map(([k, v]) => `${inner(k)} => ${inner(v)}`))}}`;
  if (value instanceof Set) return `Set {${list([...value].map(inner))}}`;
  const fields = Object.keys(value)
    .slice(0, MOST + 1)
    .map((key) => `${key}: ${inner(/** @type {Fields} */ (value)[key])}`);
  const kind = value.constructor?.name;
  return `${kind && kind !== "Object" ? `${kind} ` : ""}{${list(fields)}}`;
}

/**
 * @param {LogLevel} level
 * @param {unknown[]} values
 */
function write(level, values) {
  let text;
  try {
    text = values.map((value) => show(value)).join(" ");
  } catch (error) {
    text = `(what was to be logged cannot be shown: ${/** @type {Error} */ (error)?.message})`;
  }
  host.log(level, text.toWellFormed());
}

/** @type {Map<unknown, number>} */
const counts = new Map();
/** @type {Map<unknown, number>} */
const starts = new Map();

export const console = {
  /** @param {unknown[]} values */
  debug: (...values) => write("debug", values),
  /** @param {unknown[]} values */
  log: (...values) => write("info", values),
  /** @param {unknown[]} values */
  info: (...values) => write("info", values),
  /** @param {unknown[]} values */
  warn: (...values) => write("warn", values),
  /** @param {unknown[]} values */
  error: (...values) => write("error", values),
  /** @param {unknown[]} values */
  trace: (...values) => write("debug", [...values, `\n${new Error().stack}`]),
  /** @param {unknown} value */
  dir: (value) => write("info", [value]),
  /** @param {unknown} value */
  table: (value) => write("info", [value]),
  /** @param {unknown[]} values */
  group: (...values) => values.length && write("info", values),
  /** @param {unknown[]} values */
  groupCollapsed: (...values) => values.length && write("info", values),
  groupEnd() {},
  /**
   * @param {unknown} condition
   * @param {unknown[]} values
   */
  assert(condition, ...values) {
    if (!condition) write("error", ["Assertion failed", ...values]);
  },
  /** @param {unknown} [label] */
  count(label = "default") {
    counts.set(label, (counts.get(label) ?? 0) + 1);
    write("info", [`${label}: ${counts.get(label)}`]);
  },
  /** @param {unknown} [label] */
  countReset: (label = "default") => counts.delete(label),
  /** @param {unknown} [label] */
  time: (label = "default") => starts.set(label, performance.now()),
  /** @param {unknown} [label] */
  timeLog(label = "default") {
    const start = starts.get(label);
    if (start === undefined) write("warn", [`no timer has the label ${label}`]);
    else write("info", [`${label}: ${(performance.now() - start).toFixed(2)} ms`]);
  },
  /** @param {unknown} [label] */
  timeEnd(label = "default") {
    console.timeLog(label);
    starts.delete(label);
  },
};
