// The site worker: the service worker on a site's origin. It forwards every request of the site's pages to the host
// and responds with the host's response, over a MessagePort whose other end is the network document or the shell
// (the messages stand in extension/messages/src/site_worker.rs).
//
// Why this is not Rust: a service worker is a script by definition, it starts cold before every visit,
// and it must be small. It knows nothing of WebRTC and keeps nothing: the port may die with the document
// that holds its other end, and this worker may die at any time; then another port is requested.

const scope = /** @type {ServiceWorkerGlobalScope} */ (/** @type {unknown} */ (self));

const OWN = '/.well-known/peerserver/';
// `parts.js` is cookies.js, headers.js, exchange.js and `FILES`, what the gateway has for this origin; `policy.js` is `POLICY`, the
// security headers of these files. They are scripts of this worker, since pages of the site can write to every other
// storage of its origin.
importScripts(OWN + 'parts.js', OWN + 'policy.js');

const BRIDGE = OWN + 'bridge.html';
// The gateway that this site is seen at.
const GATEWAY = `${location.protocol}//${location.host.slice(location.host.indexOf('.') + 1)}`;

// Milliseconds without a message from the port, while something is awaited, until a `ping` is posted.
const SILENCE = 500;
// Milliseconds that the `pong` may take; then the port is taken for dead and another is requested.
const PING_TIMEOUT = 1500;
// Milliseconds that a page's request waits for a port before it fails. A navigation shows the
// bootstrap page at once instead.
const PORT_TIMEOUT = 15000;
// Milliseconds between two requests for a port.
const PORT_REQUEST_INTERVAL = 500;
// Milliseconds that an EventSource's request waits for the host, and between two tries. Browsers fail a worker's
// response that takes five minutes.
const EVENT_STREAM_TIMEOUT = 120_000;
const EVENT_STREAM_RETRY = 1000;

// The bootstrap page's reason when it is only loaded so that the browser checks who may frame it.
const FRAMED = 'framed';

/** @type {MessagePort | null} */
let port = null;
// The bridge that the port came from.
/** @type {WindowClient | null} */
let bridge = null;
let lastMessageAt = 0;
let portRequestedAt = 0;
let portRequestTimer = 0;
let pingTimer = 0;
// Did this browser have no storage of the site? Its visitor may have cleared it.
let storageWasCleared = false;
/** @type {Set<() => void>} */
const portWaiters = new Set();

scope.addEventListener('install', (event) => {
  scope.skipWaiting();
  if (!scope.registration.active) event.waitUntil(isMarkerMissing().then((missing) => (storageWasCleared = missing)));
});
scope.addEventListener('activate', (event) => event.waitUntil(scope.clients.claim()));

scope.addEventListener('message', (event) => {
  const { source } = event;
  if (!isBridge(source)) return;
  /** @type {import('messages').BridgeToWorker | undefined} */
  const message = event.data;
  if (message?.peerserver === 'isUsed') event.waitUntil(reportUse(source));
  if (message?.peerserver !== 'port') return;
  bridge = source;
  const kept = message.eventIds.map(({ source, id }) => /** @type {[string, string]} */ ([source, id]));
  for (const [source, id] of new Map([...kept, ...lastEventIds])) keepEventId(source, id);
  setPort(event.ports[0]);
  postTo(bridge, { peerserver: 'linked' });
});

/**
 * @param {Client} client
 * @param {import('messages').WorkerToWindow} message
 * @param {Transferable[]} transfer
 */
function postTo(client, message, transfer = []) {
  client.postMessage(message, transfer);
}

// Creates a marker in the origin's storage, an empty database. A site may unregister its workers, and many do at every
// page: a marker that is still there distinguishes that from a visitor who cleared the site's data.
/** @returns {Promise<boolean>} */
function isMarkerMissing() {
  return new Promise((resolve) => {
    let missing = false;
    const request = indexedDB.open('peerserver');
    request.onupgradeneeded = () => (missing = true);
    request.onsuccess = () => {
      request.result.close();
      resolve(missing);
    };
    // Without storage there is nothing that could have been cleared.
    request.onerror = () => resolve(true);
  });
}

// Posts `unused` to the bridge if no page or worker of the site is left: then the visit may end.
/** @param {WindowClient} bridge */
async function reportUse(bridge) {
  const all = await scope.clients.matchAll({ includeUncontrolled: true, type: 'all' });
  if (all.every(isBridge)) postTo(bridge, { peerserver: 'unused' });
}

scope.addEventListener('fetch', (event) => {
  const url = new URL(event.request.url);
  if (url.origin !== location.origin) return;
  if (url.pathname.startsWith(OWN)) {
    event.respondWith(gatewayFile(event.request, url));
  } else if (event.request.mode === 'navigate') {
    event.respondWith(navigate(event, url));
  } else if (isEventSource(event.request)) {
    event.respondWith(respondToEventSource(event.request, url, event.clientId));
  } else {
    event.respondWith(forward(event.request, url, event.clientId).catch(errorResponse));
  }
});

// The gateway's few files on this origin, which are in this worker's own scripts.
/**
 * @param {Request} request
 * @param {URL} url
 */
function gatewayFile(request, url) {
  const name = url.pathname.slice(OWN.length);
  return Object.hasOwn(FILES, name) ? new Response(FILES[name], { headers: headersOf(name) }) : fetch(request);
}

/** @type {Record<string, string>} */
const TYPES = { html: 'text/html', js: 'text/javascript', css: 'text/css' };

/** @param {string} name */
function headersOf(name) {
  const type = TYPES[name.slice(name.lastIndexOf('.') + 1)];
  return { ...(POLICY[name] ?? POLICY.file), 'content-type': `${type}; charset=utf-8`, 'cache-control': 'no-store' };
}

// May another site be what navigates this frame? The response is then the bootstrap page: its policy names who may
// frame it, and if the browser shows it, it navigates again, with a referrer of ours. So another site that frames
// this one shows nothing, and its visitor's cookies do not even go to the host.
/** @param {Request} request */
function mayBeCrossSite(request) {
  return request.destination !== 'document' && !knownReferrer(request);
}

// The response to a navigation without a port is the bootstrap page, which gets a port and loads the address again; to
// one that fails, the same page, which shows why and tries again. That would lose what a form sends: such a
// navigation waits for the port, and if it fails the page only shows that.
/**
 * @param {FetchEvent} event
 * @param {URL} url
 */
async function navigate(event, url) {
  const safe = isSafe(event.request);
  if (safe && mayBeCrossSite(event.request)) return bootstrap(FRAMED);
  try {
    if (safe && !(await hasPort(250))) return bootstrap('connecting');
    return await forward(event.request, url, event.clientId);
  } catch (error) {
    // Other errors than `Failure` have no reason.
    const { reason, message } = /** @type {Error & { reason?: string }} */ (error);
    if (safe) return bootstrap(reason ?? 'lost', message);
    return bootstrap(reason === 'lost' ? 'unanswered' : 'unsent');
  }
}

/**
 * @param {string} reason
 * @param {string} message
 */
function bootstrap(reason, message = '') {
  const state = new URLSearchParams({ reason, message }).toString();
  const html = FILES['bootstrap.html'].replace('data-peerserver-state=""', `data-peerserver-state="${state.replaceAll('&', '&amp;')}"`);
  return new Response(html, { status: reason === 'connecting' || reason === FRAMED ? 200 : 503, headers: headersOf('bootstrap.html') });
}

/** @param {Error} error */
function errorResponse(error) {
  if (error.name === 'AbortError') return Response.error();
  return new Response(`PeerServer: ${error.message}\n`, {
    status: 503,
    statusText: 'Service Unavailable',
    headers: { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' },
  });
}

// Is it a request of an EventSource?
const isEventSource = (/** @type {Request} */ request) => request.method === 'GET' && request.headers.get('accept') === 'text/event-stream';

// An EventSource whose host is away waits, as it would for a slow server. An error status would end it for good, and so
// does a network error in Firefox; all browsers connect again after a stream that has ended.
/**
 * @param {Request} request
 * @param {URL} url
 * @param {string} clientId
 */
async function respondToEventSource(request, url, clientId) {
  const end = Date.now() + EVENT_STREAM_TIMEOUT;
  while (Date.now() < end) {
    try {
      return await forward(request, url, clientId);
    } catch {
      if (request.signal?.aborted) return Response.error();
      await new Promise((resolve) => setTimeout(resolve, EVENT_STREAM_RETRY));
    }
  }
  return new Response('', { headers: { 'content-type': 'text/event-stream', 'cache-control': 'no-store' } });
}

// ---- the port ---------------------------------------------------------------------------------------

// Only in a frame: its headers name who may frame it, but any page could open a window of it.
/**
 * @param {Client | MessagePort | ServiceWorker | null} client
 * @returns {client is WindowClient}
 */
function isBridge(client) {
  return client instanceof Client && client.frameType === 'nested' && new URL(client.url).pathname === BRIDGE;
}

/** @param {MessagePort} newPort */
function setPort(newPort) {
  port?.close();
  port = newPort;
  lastMessageAt = Date.now();
  if (storageWasCleared) post({ kind: 'storageCleared' });
  storageWasCleared = false;
  port.onmessage = ({ data }) => onPortMessage(data);
  for (const wake of portWaiters) wake();
  // Requests without a response are sent again, if that is safe; responses that had begun cannot go on.
  for (const exchange of [...exchanges.values()]) exchange.onNewPort();
}

/**
 * @param {import('messages').FromSiteWorker} message
 * @param {Transferable[]} transfer
 */
function post(message, transfer = []) {
  port?.postMessage(message, transfer);
}

// Many requests may wait at once; one port is enough for them, and a second one would end the responses on the first.
async function requestPort() {
  const wait = portRequestedAt + PORT_REQUEST_INTERVAL - Date.now();
  if (wait > 0) {
    portRequestTimer ||= setTimeout(() => {
      portRequestTimer = 0;
      if (!port) requestPort();
    }, wait);
    return;
  }
  portRequestedAt = Date.now();
  const all = await scope.clients.matchAll({ includeUncontrolled: true, type: 'window' });
  for (const client of all) postTo(client, { peerserver: 'needPort' });
}

// Is there a port? Waits for one, at most `timeout` milliseconds.
/**
 * @param {number} timeout
 * @returns {boolean | Promise<boolean>}
 */
function hasPort(timeout) {
  if (port) return true;
  return new Promise((resolve) => {
    const done = (/** @type {boolean} */ value) => {
      clearTimeout(timer);
      portWaiters.delete(wake);
      resolve(value);
    };
    const wake = () => done(true);
    const timer = setTimeout(() => done(false), timeout);
    portWaiters.add(wake);
    requestPort();
  });
}

// While something is awaited, a silent port gets a `ping`: ports have no close event.
function watchPort() {
  clearTimeout(pingTimer);
  if (exchanges.size === 0) return;
  pingTimer = setTimeout(() => {
    const silent = Date.now() - lastMessageAt;
    if (silent >= SILENCE + PING_TIMEOUT) requestPort();
    else if (silent >= SILENCE) post({ kind: 'ping' });
    watchPort();
  }, SILENCE);
}

// Does the other end still respond? A request with a body can be sent only once, so it is checked before.
async function portResponds() {
  if (Date.now() - lastMessageAt < SILENCE) return true;
  const pingedAt = Date.now();
  post({ kind: 'ping' });
  while (lastMessageAt < pingedAt && Date.now() - pingedAt < PING_TIMEOUT) await new Promise((resolve) => setTimeout(resolve, 10));
  return lastMessageAt >= pingedAt;
}

/** @param {import('messages').ToSiteWorker} message */
function onPortMessage(message) {
  lastMessageAt = Date.now();
  if (message.kind !== 'pong') exchanges.get(message.id)?.onMessage(message);
}
