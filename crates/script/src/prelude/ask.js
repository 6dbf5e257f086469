// Questions that are answered later: each gets a ticket, and the engine settles it.

import { here, placed, typed } from "peerserver:errors";

/** @type {Map<number, { resolve: (value: any) => void, reject: (reason: unknown) => void, stack?: string }>} */
const waiting = new Map();
let last = 0;

/**
 * Calls `send(ticket)` and gives a promise of the answer.
 * @template Answer
 * @param {(ticket: number) => Asked<Answer>} send
 * @returns {Promise<Answer>}
 */
export function ask(send) {
  const stack = here();
  return new Promise((resolve, reject) => {
    const ticket = ++last;
    waiting.set(ticket, { resolve, reject, stack });
    try {
      send(ticket);
    } catch (error) {
      waiting.delete(ticket);
      reject(error);
    }
  });
}

/**
 * Answers a question. `failure` is undefined, or `{ name, message, status }`.
 * @param {number} ticket
 * @param {Failure | undefined} failure
 * @param {unknown} value
 */
export function settle(ticket, failure, value) {
  const asked = waiting.get(ticket);
  waiting.delete(ticket);
  if (failure) asked?.reject(placed(typed(failure), asked.stack));
  else asked?.resolve(value);
}
