// The box's entry: the dedicated Worker in which one site's code runs.
//
// Why this is not Rust: a Worker is started by a script, and its listener must be there in the first turn, or
// what was posted before the wasm module is ready is lost.

import init, { hear } from '../wasm/box.js';

// A module that trapped is of no use any more: whoever owns this Worker ends it.
const crashed = (error) => postMessage({ kind: 'crashed', message: String(error?.message ?? error) });
const ready = init();

addEventListener('message', ({ data }) => {
  ready.then(() => hear(data)).catch(crashed);
});
