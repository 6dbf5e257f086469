// The background's entry: Chromium's service worker, Firefox's event page.
//
// Why this is not Rust: the browser starts a worker by a script, and every listener must be registered
// in the first turn of each start, before a wasm module can be there; otherwise the event that woke the
// worker is lost.

import init, * as core from './wasm/background.js';
import initNetwork, * as network from './wasm/network.js';
import { isExtension, pageOrigin } from './senders.js';

// A module that trapped is of no use any more: the next event starts another.
/** @type {Promise<void> | undefined} */
let starting;
/** @returns {Promise<void>} */
function up() {
  return (starting ??= init()
    .then(() => core.wake())
    .catch((error) => {
      starting = undefined;
      throw error;
    }));
}

const inWorker = !('document' in globalThis);
const networkPath = '/network/network.html';

chrome.runtime.onMessage.addListener((message, sender, answer) => {
  if (!message?.toBackground) return undefined;
  // The content script may ask for one thing only, and for its own page; that is looked at where it is answered.
  const page = isExtension(sender) ? undefined : pageOrigin(sender);
  if (!isExtension(sender) && page === undefined) return undefined;
  up()
    .then(() => (page === undefined ? core.onMessage(message) : core.onPageMessage(message, page)))
    .then(answer, (error) => answer({ err: { message: String(error?.message ?? error) } }));
  return true;
});

// The network document holds an idle port: its end tells of the document's death, and of ours.
chrome.runtime.onConnect.addListener((port) => {
  if (port.name !== 'network' || !isExtension(port.sender)) return;
  const { documentId } = port.sender ?? {};
  port.onDisconnect.addListener(() => up().then(() => core.onNetworkGone(documentId)).catch(report));
});

chrome.alarms.onAlarm.addListener(() => up().then(() => core.onAlarm()).catch(report));
// Access to another rendezvous was granted: the content script may run there now.
chrome.permissions.onAdded.addListener(() => up().then(() => core.onAlarm()).catch(report));
// Started with the browser, and after an update, which forgets where the content script runs besides.
chrome.runtime.onStartup.addListener(() => up().then(() => core.onAlarm()).catch(report));
chrome.runtime.onInstalled.addListener(() => up().then(() => core.onAlarm()).catch(report));
chrome.omnibox?.onInputEntered.addListener((text) => up().then(() => core.onOmnibox(text)).catch(report));

if (inWorker) {
  const scope = /** @type {ServiceWorkerGlobalScope} */ (/** @type {unknown} */ (self));
  scope.addEventListener('install', () => scope.skipWaiting());
  scope.addEventListener('activate', (event) => event.waitUntil(scope.clients.claim()));
  // Visitors' requests come over a port from the network document, and from nobody else.
  scope.addEventListener('message', (event) => {
    /** @type {import('messages').ToServiceWorker | undefined} */
    const message = event.data;
    if (message?.peerserver !== 'serve' || !isNetwork(event.source)) return;
    const [port] = event.ports;
    port.onmessage = (/** @type {MessageEvent<import('messages').NumberedRequest>} */ { data: { id, request } }) =>
      serve(request).then(([reply, transfer]) => port.postMessage({ id, reply }, transfer));
    event.waitUntil(up());
  });
} else {
  together();
}

/** @param {ExtendableMessageEvent['source']} client */
function isNetwork(client) {
  return client instanceof WindowClient && client.url === location.origin + networkPath;
}

/**
 * The reply, and what is transferred with it.
 * @param {import('messages').ServerRequest} request
 * @returns {Promise<[import('messages').ServerReply, ArrayBuffer[]]>}
 */
function serve(request) {
  return up()
    .then(async () => /** @type {[import('messages').ServerReply, ArrayBuffer[]]} */ (await core.serve(request)))
    .catch((error) => [{ kind: 'error', message: String(error?.message ?? error) }, []]);
}

// Firefox: the network document is this very page.
async function together() {
  await Promise.all([up(), initNetwork()]);
  Object.assign(globalThis, { peerserverNetwork: network });
  await network.start({
    ask: (/** @type {unknown} */ message) => core.onMessage(message),
    serve: (/** @type {import('messages').ServerRequest} */ request) => serve(request).then(([reply]) => reply),
  });
  await core.onAlarm();
  // Only calls that reach the browser's own process keep an event page (about 30 s).
  setInterval(() => chrome.runtime.getPlatformInfo(), 10_000);
}

/** @param {unknown} error */
function report(error) {
  console.error('PeerServer:', error);
}

up().catch(report);
