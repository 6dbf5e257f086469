// What the engine (Rust) gives: plain functions that take and return strings, numbers and bytes. Bound once,
// before any other code runs, and never visible to a site's own modules.

/** @type {HostFunctions} */
export let host;

/** @param {HostFunctions} functions */
export function bind(functions) {
  host = functions;
}
