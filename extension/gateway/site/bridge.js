// The bridge: a hidden frame of a site's origin, embedded by the shell or by the extension's network
// document. It registers the site worker, carries ports to it, and, in the shell, reports the address of
// the content frame beside it (of the same origin, so it can read it): so the page itself stays unmodified.
//
// Why this is not Rust: it is glue between a parent and a service worker, needed before anything else;
// a wasm module would cost more than it does.

const OWN = '/.well-known/peerserver/';
// Milliseconds between two checks for the next document while the content frame navigates.
const NAVIGATION_CHECK = 30;
// Milliseconds between two checks of the address where no event follows `pushState`.
const LOCATION_CHECK = 100;
// Milliseconds between two reports: the parent handles a bounded number of messages.
const REPORT_INTERVAL = 100;
// Event sources whose last id is kept; the site's worker keeps as many.
const MAX_EVENT_SOURCES = 256;
// UTF-16 code units of a title.
const MAX_TITLE = 1024;
// Bytes: a bigger icon is not shown.
const MAX_ICON = 128 * 1024;

const FIREFOX = navigator.userAgent.includes('Gecko/');
const container = navigator.serviceWorker;
// The last event ids of event sources, for the site's next worker.
/** @type {Map<string, string>} */
const eventIds = new Map();
// Everything here is of the site's origin, and in the shell its pages can reach this frame: what is posted is a claim.
const post = (/** @type {import('messages').FromBridge} */ message) => window.parent.postMessage(message, '*');

if (!container) {
  post({ peerserver: 'unsupported', message: null });
} else {
  start().catch(postUnsupported);
}

async function start() {
  container.addEventListener('message', (event) => {
    /** @type {import('messages').WorkerToWindow | undefined} */
    const message = event.data;
    switch (message?.peerserver) {
      case 'needPort':
      case 'linked':
      case 'unused':
        return post({ peerserver: message.peerserver });
      case 'cookies':
        return writeCookies(message.write, event.ports[0]);
      case 'eventId':
        return keepEventId(message);
    }
  });
  container.startMessages();
  // The Content-Security-Policy of this page names who may frame it: the parent is the gateway's shell or the extension.
  window.addEventListener('message', (event) => {
    if (event.source !== window.parent) return;
    /** @type {import('messages').ToBridge | undefined} */
    const message = event.data;
    switch (message?.peerserver) {
      case 'port':
        return postToWorker({ peerserver: 'port', eventIds: keptEventIds() }, event.ports[0]);
      case 'mirror':
        return mirror();
      case 'register':
        return register().catch(postUnsupported);
      case 'isUsed':
        return postToWorker({ peerserver: 'isUsed' });
    }
  });
  await register();
}

// Also after the site has unregistered its worker, which it may do.
async function register() {
  const registration = await container.register(OWN + 'worker.js', { scope: '/' });
  const worker = /** @type {ServiceWorker} */ (registration.active ?? registration.waiting ?? registration.installing);
  await /** @type {Promise<void>} */ (new Promise((resolve) => {
    const check = () => ['activated', 'redundant'].includes(worker.state) && resolve();
    worker.addEventListener('statechange', check);
    check();
  }));
  post({ peerserver: 'needPort' });
}

/** @param {any} error */
function postUnsupported(error) {
  post({ peerserver: 'unsupported', message: String(error?.message ?? error) });
}

// Not to the worker of `ready`, which stays the same: a visitor who clears the site's data has another one then.
/**
 * @param {import('messages').BridgeToWorker} message
 * @param {MessagePort[]} ports
 */
async function postToWorker(message, ...ports) {
  const registration = await container.getRegistration('/');
  registration?.active?.postMessage(message, ports);
}

function keptEventIds() {
  return [...eventIds].map(([source, id]) => ({ source, id }));
}

/** @param {import('messages').EventId} event */
function keepEventId({ source, id }) {
  eventIds.delete(source);
  if (id) eventIds.set(source, id);
  const [oldest] = eventIds.keys();
  if (eventIds.size > MAX_EVENT_SOURCES) eventIds.delete(oldest);
}

// For a worker without a usable `cookieStore`.
/**
 * @param {string[]} write
 * @param {MessagePort} port
 */
function writeCookies(write, port) {
  for (const line of write) document.cookie = line;
  port.postMessage(document.cookie);
}

// ---- the mirror: path, title and icon of the content frame -------------------------------------------

/** @type {Document | null} */
let mirroredDocument = null;
let lastReport = '';
let reportedAt = -REPORT_INTERVAL;
let reportTimer = 0;
let icon = '';
let locationTimer = 0;

/** @returns {(Window & typeof globalThis) | null} */
function contentFrame() {
  try {
    const frame = Reflect.get(window.parent.frames, 'site');
    return frame.location.origin === location.origin ? frame : null;
  } catch {
    return null;
  }
}

// The shell posts `mirror` when the content frame has loaded; between, the frame's own events call `report`.
function mirror() {
  const frame = contentFrame();
  if (!frame || frame.document === mirroredDocument) return report();
  mirroredDocument = frame.document;
  if (FIREFOX) sendKeepaliveHere(frame);
  // The parent may have shown something else meanwhile.
  lastReport = '';
  const changed = () => report();
  frame.navigation?.addEventListener('currententrychange', changed);
  // Firefox before 147 has no Navigation API.
  if (!frame.navigation) locationTimer ||= setInterval(report, LOCATION_CHECK);
  frame.addEventListener('hashchange', changed);
  frame.addEventListener('popstate', changed);
  frame.addEventListener('load', changed);
  frame.addEventListener('pagehide', awaitNextDocument);
  frame.document.addEventListener('click', openLinkInTab, true);
  // The document itself: its first element may not be there yet.
  new MutationObserver(changed).observe(mirroredDocument, { subtree: true, childList: true, characterData: true });
  report();
}

function awaitNextDocument() {
  const old = mirroredDocument;
  const check = () => {
    const frame = contentFrame();
    if (frame && frame.document !== old && frame.location.href !== 'about:blank') mirror();
    else if (mirroredDocument === old) setTimeout(check, NAVIGATION_CHECK);
  };
  setTimeout(check, 0);
}

function report() {
  const frame = contentFrame();
  if (!frame) return;
  const { pathname, search, hash } = frame.location;
  // The bootstrap page posts its own message.
  const root = frame.document.documentElement;
  if (!root || 'peerserverState' in root.dataset || pathname.startsWith(OWN)) return;
  const state = { path: pathname + search + hash, title: frame.document.title.slice(0, MAX_TITLE) };
  const link = /** @type {HTMLLinkElement | null} */ (frame.document.querySelector('link[rel~="icon"]'))?.href ?? '';
  const key = JSON.stringify([state, link]);
  if (key === lastReport) return;
  const wait = reportedAt + REPORT_INTERVAL - performance.now();
  if (wait > 0) {
    reportTimer ||= setTimeout(() => ((reportTimer = 0), report()), wait);
    return;
  }
  reportedAt = performance.now();
  lastReport = key;
  post({ peerserver: 'location', ...state });
  showIcon(link);
}

// The icon goes as data: the shell is of another origin, where the site's worker does not answer.
/** @param {string} url */
async function showIcon(url) {
  if (url === icon) return;
  icon = url;
  const blob = url.startsWith(location.origin + '/') ? await fetch(url).then((r) => (r.ok ? r.blob() : null), () => null) : null;
  if (url !== icon) return;
  if (!blob?.type.startsWith('image/') || blob.size > MAX_ICON) return post({ peerserver: 'icon', url: '' });
  const reader = new FileReader();
  reader.onload = () => post({ peerserver: 'icon', url: String(reader.result) });
  reader.readAsDataURL(blob);
}

// Firefox dispatches no FetchEvent for requests that outlive their page, beacons and `keepalive` fetches: they would go to
// the gateway and be lost. This frame outlives the page, so it sends them as ordinary requests.
/** @param {Window & typeof globalThis} frame */
function sendKeepaliveHere(frame) {
  const page = { fetch: frame.fetch, sendBeacon: frame.Navigator.prototype.sendBeacon };
  /**
   * @param {RequestInfo | URL} request
   * @param {RequestInit} [init]
   */
  const send = (request, init) => {
    const ordinary = new frame.Request(request, { referrer: frame.location.href, ...init, keepalive: false });
    return new URL(ordinary.url).origin === location.origin ? fetch(ordinary) : null;
  };
  frame.Navigator.prototype.sendBeacon = function sendBeacon(url, data = null) {
    const mode = data instanceof frame.Blob ? 'cors' : 'no-cors';
    const sent = send(url, { method: 'POST', body: data, mode, credentials: 'include' });
    // What cannot be sent is an error there.
    if (!sent) return page.sendBeacon.apply(this, /** @type {any} */ (arguments));
    sent.catch(() => {});
    return true;
  };
  frame.fetch = function (input, init) {
    const keepalive = init?.keepalive ?? /** @type {Request | undefined} */ (input)?.keepalive;
    const sent = keepalive ? send(input, init) : null;
    if (sent) return sent.then((answer) => Object.setPrototypeOf(answer, frame.Response.prototype));
    return page.fetch.apply(this, /** @type {any} */ (arguments));
  };
}

// A link out of the site leaves the frame: an ordinary page would navigate the tab.
/** @param {MouseEvent} event */
function openLinkInTab(event) {
  /** @type {HTMLAnchorElement | null | undefined} */
  const link = /** @type {Element | null} */ (event.target)?.closest?.('a[href], area[href]');
  if (!link || link.target || !/^https?:$/.test(link.protocol) || link.origin === location.origin) return;
  link.target = '_top';
  setTimeout(() => link.removeAttribute('target'), 0);
}
