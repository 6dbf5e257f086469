// Starts the shell: loads the wasm module, or shows why it cannot.
//
// Why this is not Rust: a wasm module is loaded by a script, and a browser that cannot run it must be
// told apart.

import { show } from './status.js';
import init, { start } from './gateway.js';

// As on the front page: a registered worker was left by another program.
navigator.serviceWorker?.getRegistrations().then((left) => left.forEach((worker) => worker.unregister()));

const [, , segment = ''] = location.pathname.split('/');
const text = decodeURIComponent(segment);
const label = /^(.+)-[a-z2-7]{20}$/.exec(text);

if (!label) {
  // The gateway redirects known names to their labels, so this name is unknown.
  show(text, /^[a-z0-9-]{1,42}$/.test(text) ? 'unknownName' : 'illegalName', '', () => location.assign('/'));
} else if (!('RTCPeerConnection' in window)) {
  show(label[1], 'unsupported', 'WebRTC. It may be switched off in its settings or by an add-on.');
} else if (!('WebAssembly' in window)) {
  show(label[1], 'unsupported', 'WebAssembly.');
} else {
  init().then(
    () => start((/** @type {string} */ reason, /** @type {string} */ message, /** @type {() => void} */ retry) => show(label[1], reason, message, retry)),
    (error) => show(label[1], 'browser', String(error?.message ?? error), () => location.reload()),
  );
}
