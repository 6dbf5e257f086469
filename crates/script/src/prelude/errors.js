// Errors that the engine makes, and the status that a visitor gets if nobody catches them.

/** @type {{ [name: string]: ErrorConstructor }} */
const KINDS = { TypeError, RangeError, SyntaxError, Error };
/** @type {WeakMap<WeakKey, number>} */
const statuses = new WeakMap();

/**
 * The same error; if a handler lets it pass, the visitor gets `status` and not 500.
 * @template {WeakKey} Thrown
 * @param {Thrown} error
 * @param {number} status
 */
export function withStatus(error, status) {
  statuses.set(error, status);
  return error;
}

/**
 * The status that goes with an error, if the engine gave it one.
 * @param {unknown} error
 */
export function statusOf(error) {
  return typeof error === "object" && error !== null ? statuses.get(error) : undefined;
}

/**
 * An error from the engine's `{ name, message, status }`.
 * @param {Failure} failure
 * @returns {Error}
 */
export function typed({ name, message, status }) {
  const Kind = Object.hasOwn(KINDS, name) ? KINDS[name] : undefined;
  const error = Kind ? new Kind(message) : new DOMException(message, name);
  return status ? withStatus(error, status) : error;
}

/** The calls that led here. Asynchronous code asks before it waits: afterwards they are forgotten. */
export const here = () => new Error().stack;

/**
 * The same error; if it does not know a place in the site's code, it gets the one where the caller was.
 * @template Thrown
 * @param {Thrown} error
 * @param {string | undefined} stack
 */
export function placed(error, stack) {
  if (error instanceof Error && !/\b(routes|lib)\//.test(String(error.stack))) {
    Object.defineProperty(error, "stack", { value: stack, writable: true, configurable: true });
  }
  return error;
}
