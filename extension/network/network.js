// Starts the network document (Chromium's offscreen document) and passes messages to it.
//
// Why this is not Rust: a wasm module is loaded by a script, and a listener must be there before the
// module is, or the first messages are lost.

import init, { start, onMessage, backgroundGone, shutDown } from '../wasm/network.js';
import { isExtension } from '../senders.js';

// Milliseconds: short, because a death within them only shows in requests that time out.
const RECONNECT = 20;

// An idle port: its end shows the background that this document died, and this document that the
// background did. Connecting again starts it.
function connectToBackground() {
  const port = chrome.runtime.connect({ name: 'network' });
  port.onDisconnect.addListener(() => {
    ready.then(() => backgroundGone());
    setTimeout(connectToBackground, RECONNECT);
  });
}

const ready = init().then(() => start(null));
ready.catch((error) => console.error('PeerServer: the network document did not start:', error));
connectToBackground();
addEventListener('pagehide', () => ready.then(shutDown));

chrome.runtime.onMessage.addListener((message, sender, sendResponse) => {
  // Content scripts can send messages to this document too: they are ignored.
  if (!message?.toNetwork || !isExtension(sender)) return undefined;
  ready
    .then(() => onMessage(message))
    .then(sendResponse, (error) => sendResponse({ err: { message: String(error?.message ?? error) } }));
  return true;
});
