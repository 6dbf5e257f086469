// setTimeout, setInterval and their ends (HTML Standard). Nothing of them outlives the request.

import { host } from "peerserver:host";

/** @typedef {(...args: any[]) => unknown} TimerFunction */

/** @type {Map<number, { call: TimerFunction, args: unknown[], every: number | undefined }>} */
const running = new Map();
let last = 0;

/**
 * @param {TimerFunction} call
 * @param {unknown} milliseconds
 * @param {unknown[]} args
 * @param {boolean} every
 */
function begin(call, milliseconds, args, every) {
  if (typeof call !== "function") throw new TypeError("a timer needs a function");
  const id = ++last;
  const delay = Math.min(Math.max(Number(milliseconds) || 0, 0), 2 ** 31 - 1);
  running.set(id, { call, args, every: every ? Math.max(delay, 4) : undefined });
  host.timer(id, delay);
  return id;
}

/** @param {unknown} id */
function end(id) {
  if (running.delete(Number(id))) host.clearTimer(Number(id));
}

/**
 * The engine says that a timer is due.
 * @param {number} id
 */
export function fire(id) {
  const timer = running.get(id);
  if (!timer) return;
  if (timer.every === undefined) running.delete(id);
  else host.timer(id, timer.every);
  const { call, args } = timer;
  call(...args);
}

/**
 * @param {TimerFunction} call
 * @param {unknown} [milliseconds]
 * @param {unknown[]} args
 */
export const setTimeout = (call, milliseconds, ...args) => begin(call, milliseconds, args, false);
/**
 * @param {TimerFunction} call
 * @param {unknown} [milliseconds]
 * @param {unknown[]} args
 */
export const setInterval = (call, milliseconds, ...args) => begin(call, milliseconds, args, true);
export const clearTimeout = end;
export const clearInterval = end;
