// context.session: a plain object that the host keeps for this visitor, under a random id in a cookie that no
// page's script sees. It is part of the request's transaction.

import { host } from "peerserver:host";

/** @typedef {Fields & typeof METHODS} Session */

/** @type {Session | null} */
let data = null;
/** @type {SessionWish} */
let wish = "";

const METHODS = Object.freeze({
  /** The visitor gets another id with the answer: do this at log-in. */
  renew() {
    wish = "renew";
  },
  /** Forgets everything, and takes the cookie back. */
  destroy() {
    for (const key of Object.keys(/** @type {Session} */ (data))) delete /** @type {Session} */ (data)[key];
    wish = "destroy";
  },
});

/**
 * The session's data, read at the first look.
 * @returns {Session}
 */
export function session() {
  if (data === null) {
    data = /** @type {Session} */ (Object.create(METHODS));
    const entries = Object.entries(JSON.parse(host.session()));
    for (const [key, value] of entries) if (!Object.hasOwn(METHODS, key)) data[key] = value;
  }
  return data;
}

/**
 * Puts other data in the place of all that is there.
 * @param {object} other
 */
export function replaceSession(other) {
  const own = session();
  for (const key of Object.keys(own)) delete own[key];
  Object.assign(own, other);
}

/**
 * `[JSON, wish]` for the end of the request; nothing if nobody looked.
 * @returns {[session: string | undefined, wish: SessionWish]}
 */
export const sessionNow = () => (data === null ? [undefined, ""] : [JSON.stringify(data), wish]);
