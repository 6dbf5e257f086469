// The site worker: the service worker on a site's origin. It answers every request of the site's pages
// with what the host says, through a MessagePort whose other end is the network document or the shell
// (the messages stand in extension/messages/src/site_worker.rs).
//
// Why this is not Rust: a service worker is a script by definition, it starts cold before every visit,
// and it must be small. It knows nothing of WebRTC and keeps nothing: the port may die with the document
// that holds its other end, and this worker may die at any time; both are asked for anew.

const scope = /** @type {ServiceWorkerGlobalScope} */ (/** @type {unknown} */ (self));

const OWN = '/.well-known/peerserver/';
// `parts.js` is cookies.js, headers.js, exchange.js and `FILES`, what the gateway has for this origin; `policy.js` is `POLICY`, the
// security headers of these files. They are scripts of this worker, since pages of the site can write to every other
// storage of its origin.
importScripts(OWN + 'parts.js', OWN + 'policy.js');

const BRIDGE = OWN + 'bridge.html';
// The gateway that this site is seen at.
const GATEWAY = `${location.protocol}//${location.host.slice(location.host.indexOf('.') + 1)}`;

// Milliseconds without a word from the port, while something is awaited, until it is asked for a sign.
const QUIET = 500;
// Milliseconds that the sign may take; then the port is taken for dead and another is asked for.
const DEAF = 1500;
// Milliseconds that a page's request waits for a port before it fails honestly. A navigation shows the
// bootstrap page at once instead.
const PORT_PATIENCE = 15000;
// Milliseconds between two times that a port is asked for.
const ASK_AGAIN = 500;
// Milliseconds that an EventSource's line waits for the host, and between two tries. Browsers end a worker's
// answer that takes five minutes.
const LINE_PATIENCE = 120_000;
const LINE_AGAIN = 1000;

// The bootstrap page's reason where it only finds out whether it may be framed.
const FRAMED = 'framed';

/** @type {MessagePort | null} */
let port = null;
// The bridge that the port came from.
/** @type {WindowClient | null} */
let bridge = null;
let heard = 0;
let asked = 0;
let askLater = 0;
let probe = 0;
// Is there nothing of the site in this browser, as its visitor may have wanted it?
let fresh = false;
/** @type {Set<() => void>} */
const waiting = new Set();

scope.addEventListener('install', (event) => {
  scope.skipWaiting();
  if (!scope.registration.active) event.waitUntil(isUnmarked().then((unmarked) => (fresh = unmarked)));
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

// Leaves a mark in the origin's storage, an empty database. A site may end its workers, and many do at every page: that
// the mark is there tells it from a visitor who cleared the site's data.
/** @returns {Promise<boolean>} */
function isUnmarked() {
  return new Promise((resolve) => {
    let unmarked = false;
    const mark = indexedDB.open('peerserver');
    mark.onupgradeneeded = () => (unmarked = true);
    mark.onsuccess = () => {
      mark.result.close();
      resolve(unmarked);
    };
    // Where nothing is kept, nothing is left either.
    mark.onerror = () => resolve(true);
  });
}

// Tells the bridge if no page or worker of the site is left: then the visit may end.
/** @param {WindowClient} bridge */
async function reportUse(bridge) {
  const all = await scope.clients.matchAll({ includeUncontrolled: true, type: 'all' });
  if (all.every(isBridge)) postTo(bridge, { peerserver: 'unused' });
}

scope.addEventListener('fetch', (event) => {
  const url = new URL(event.request.url);
  if (url.origin !== location.origin) return;
  if (url.pathname.startsWith(OWN)) {
    event.respondWith(own(event.request, url));
  } else if (event.request.mode === 'navigate') {
    event.respondWith(navigate(event, url));
  } else if (isLine(event.request)) {
    event.respondWith(line(event.request, url, event.clientId));
  } else {
    event.respondWith(ask(event.request, url, event.clientId).catch(refusal));
  }
});

// The gateway's few files on this origin.
/**
 * @param {Request} request
 * @param {URL} url
 */
function own(request, url) {
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

// Is a frame navigated by somebody who may be another site? The bootstrap page then comes in the answer's place: its
// policy says who may frame it, and if it is shown it comes again, with a referrer of ours. So another site that
// frames this one gets nothing to see, and its visitor's cookies do not even go to the host.
/** @param {Request} request */
function mayBeForeign(request) {
  return request.destination !== 'document' && !knownReferrer(request);
}

// A navigation without a port is answered with the bootstrap page, which gets one and comes again; one
// that fails, with the same page, which says why and goes on trying. What a form sends would be lost with that: it
// waits for the port, and if it fails the page only says so.
/**
 * @param {FetchEvent} event
 * @param {URL} url
 */
async function navigate(event, url) {
  const safe = isSafe(event.request);
  if (safe && mayBeForeign(event.request)) return bootstrap(FRAMED);
  try {
    if (safe && !(await linked(250))) return bootstrap('connecting');
    return await ask(event.request, url, event.clientId);
  } catch (error) {
    // What is no failure of ours has no reason.
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
function refusal(error) {
  if (error.name === 'AbortError') return Response.error();
  return new Response(`PeerServer: ${error.message}\n`, {
    status: 503,
    statusText: 'Service Unavailable',
    headers: { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' },
  });
}

// Is it what an EventSource asks for?
const isLine = (/** @type {Request} */ request) => request.method === 'GET' && request.headers.get('accept') === 'text/event-stream';

// A line to a host that is away: it waits, as it would for a server that is slow. A refusal would end it for good, and
// so does a failure in Firefox; what all browsers come back after is a line that has ended.
/**
 * @param {Request} request
 * @param {URL} url
 * @param {string} clientId
 */
async function line(request, url, clientId) {
  const end = Date.now() + LINE_PATIENCE;
  while (Date.now() < end) {
    try {
      return await ask(request, url, clientId);
    } catch {
      if (request.signal?.aborted) return Response.error();
      await new Promise((resolve) => setTimeout(resolve, LINE_AGAIN));
    }
  }
  return new Response('', { headers: { 'content-type': 'text/event-stream', 'cache-control': 'no-store' } });
}

// ---- the port ---------------------------------------------------------------------------------------

// In a frame: who may frame it is said by its headers, and a page could open a window of it.
/**
 * @param {Client | MessagePort | ServiceWorker | null} client
 * @returns {client is WindowClient}
 */
function isBridge(client) {
  return client instanceof Client && client.frameType === 'nested' && new URL(client.url).pathname === BRIDGE;
}

/** @param {MessagePort} given */
function setPort(given) {
  port?.close();
  port = given;
  heard = Date.now();
  if (fresh) post({ kind: 'storageCleared' });
  fresh = false;
  port.onmessage = ({ data }) => onPortMessage(data);
  for (const wake of waiting) wake();
  // What the old port had not begun to answer is asked again; what it had begun cannot be.
  for (const exchange of [...exchanges.values()]) exchange.relinked();
}

/**
 * @param {import('messages').FromSiteWorker} message
 * @param {Transferable[]} transfer
 */
function post(message, transfer = []) {
  port?.postMessage(message, transfer);
}

// Many requests may wait at once; one port is enough for them, and a second one would end what has begun on the first.
async function askForPort() {
  const wait = asked + ASK_AGAIN - Date.now();
  if (wait > 0) {
    askLater ||= setTimeout(() => {
      askLater = 0;
      if (!port) askForPort();
    }, wait);
    return;
  }
  asked = Date.now();
  const all = await scope.clients.matchAll({ includeUncontrolled: true, type: 'window' });
  for (const client of all) postTo(client, { peerserver: 'needPort' });
}

// Is there a port? Waits for one, at most so many milliseconds.
/**
 * @param {number} patience
 * @returns {boolean | Promise<boolean>}
 */
function linked(patience) {
  if (port) return true;
  return new Promise((resolve) => {
    const done = (/** @type {boolean} */ value) => {
      clearTimeout(timer);
      waiting.delete(wake);
      resolve(value);
    };
    const wake = () => done(true);
    const timer = setTimeout(() => done(false), patience);
    waiting.add(wake);
    askForPort();
  });
}

// While something is awaited, a silent port is asked for a sign of life: it has no close event.
function watch() {
  clearTimeout(probe);
  if (exchanges.size === 0) return;
  probe = setTimeout(() => {
    const silent = Date.now() - heard;
    if (silent >= QUIET + DEAF) askForPort();
    else if (silent >= QUIET) post({ kind: 'ping' });
    watch();
  }, QUIET);
}

// Does the port still answer? What is sent with a body can be sent only once.
async function answers() {
  if (Date.now() - heard < QUIET) return true;
  const asked = Date.now();
  post({ kind: 'ping' });
  while (heard < asked && Date.now() - asked < DEAF) await new Promise((resolve) => setTimeout(resolve, 10));
  return heard >= asked;
}

/** @param {import('messages').ToSiteWorker} message */
function onPortMessage(message) {
  heard = Date.now();
  if (message.kind !== 'pong') exchanges.get(message.id)?.onMessage(message);
}
