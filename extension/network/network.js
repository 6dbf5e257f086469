// Starts the network document (Chromium's offscreen document) and hands it its messages.
//
// Why this is not Rust: a wasm module is loaded by a script, and a listener must be there before the
// module is, or the first messages are lost.

import init, { start, onMessage, backgroundGone, leave } from '../wasm/network.js';
import { isExtension } from '../senders.js';

// Milliseconds: short, because a death within them is noticed only by requests that time out.
const RECONNECT = 20;

// An idle port: the background learns by its end that this document died, and this document that the
// background did. Connecting again starts it.
function watch() {
  const port = chrome.runtime.connect({ name: 'network' });
  port.onDisconnect.addListener(() => {
    ready.then(() => backgroundGone());
    setTimeout(watch, RECONNECT);
  });
}

const ready = init().then(() => start(null));
ready.catch((error) => console.error('PeerServer: the network document did not start:', error));
watch();
addEventListener('pagehide', () => ready.then(leave));

chrome.runtime.onMessage.addListener((message, sender, answer) => {
  // Content scripts reach this document too, and have nothing to say to it.
  if (!message?.toNetwork || !isExtension(sender)) return undefined;
  ready
    .then(() => onMessage(message))
    .then(answer, (error) => answer({ err: { message: String(error?.message ?? error) } }));
  return true;
});
