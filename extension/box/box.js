// The box's entry: the dedicated Worker in which one site's code runs.
//
// Why this is not Rust: a Worker is started by a script, its listener must be there in the first turn, or what was
// posted before the wasm module is ready is lost, and what the Worker may do is taken away before there is wasm.

import init, { handleMessage } from '../wasm/box.js';
import { dropPrivileges } from './least_privilege.js';

const post = (/** @type {import('messages').FromBox} */ message) => postMessage(message);
// A module that trapped cannot go on: the owner of this Worker ends it.
const crashed = (/** @type {any} */ error) => post({ kind: 'crashed', message: String(error?.message ?? error) });
// It is compiled while the first message is on its way. `start` reports a failure.
const compiling = WebAssembly.compileStreaming(fetch(new URL('../wasm/box_bg.wasm', import.meta.url)));
compiling.catch(() => {});
/** @type {Promise<void> | undefined} */
let starting;

addEventListener('message', (/** @type {MessageEvent<import('messages').ToBox>} */ { data }) => {
  // The first message is the start.
  if (data.kind === 'start') starting ??= start(data.folder);
  starting?.then(() => handleMessage(data)).catch(crashed);
});

// `folder` is the site's, from the root of the origin's private files.
/** @param {string} folder */
async function start(folder) {
  // Firefox has none in private windows: opening the database reports it.
  let directory = await navigator.storage?.getDirectory?.().catch(() => undefined);
  for (const part of folder.split('/')) directory = await directory?.getDirectoryHandle(part, { create: true });
  const module = await compiling;
  dropPrivileges(directory);
  await init({ module_or_path: module });
}
