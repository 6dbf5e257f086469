// The bridge: a hidden frame of a site's origin, embedded by the shell or by the extension's network
// document. It registers the site worker, carries ports to it, and, in the shell, tells where the
// content frame beside it is (same origin, so it may look), so that the page itself stays unmodified.
//
// Why this is not Rust: it is glue between a parent and a service worker, needed before anything else;
// a wasm module would cost more than it does.

const OWN = '/.well-known/peerserver/';
// Milliseconds between looks for the next document while the content frame navigates.
const LOOK = 30;
// Milliseconds between looks at the address where no event tells of `pushState`.
const POLL = 100;
// Milliseconds between two reports: the parent takes a bounded number of messages.
const REPORT = 100;
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
  start().catch(unable);
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
        return cookies(message.write, event.ports[0]);
      case 'eventId':
        return keepEventId(message);
    }
  });
  container.startMessages();
  // Who may frame this page is said by its Content-Security-Policy: the parent is the gateway's shell
  // or the extension.
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
        return register().catch(unable);
      case 'isUsed':
        return postToWorker({ peerserver: 'isUsed' });
    }
  });
  await register();
}

// Also when the site has ended its worker, which it may.
async function register() {
  const registration = await container.register(OWN + 'worker.js', { scope: '/' });
  const worker = /** @type {ServiceWorker} */ (registration.active ?? registration.waiting ?? registration.installing);
  await /** @type {Promise<void>} */ (new Promise((resolve) => {
    const look = () => ['activated', 'redundant'].includes(worker.state) && resolve();
    worker.addEventListener('statechange', look);
    look();
  }));
  post({ peerserver: 'needPort' });
}

/** @param {any} error */
function unable(error) {
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

// For a worker that has no cookies of its own.
/**
 * @param {string[]} write
 * @param {MessagePort} port
 */
function cookies(write, port) {
  for (const line of write) document.cookie = line;
  port.postMessage(document.cookie);
}

// ---- the mirror: path, title and icon of the content frame -------------------------------------------

/** @type {Document | null} */
let seen = null;
let last = '';
let reported = -REPORT;
let later = 0;
let icon = '';
let poll = 0;

/** @returns {(Window & typeof globalThis) | null} */
function content() {
  try {
    const frame = Reflect.get(window.parent.frames, 'site');
    return frame.location.origin === location.origin ? frame : null;
  } catch {
    return null;
  }
}

// The shell says so when the content frame has loaded; between, the frame's own events do.
function mirror() {
  const frame = content();
  if (!frame || frame.document === seen) return report();
  seen = frame.document;
  if (FIREFOX) sendLate(frame);
  // The parent may have shown something else meanwhile.
  last = '';
  const changed = () => report();
  frame.navigation?.addEventListener('currententrychange', changed);
  // Firefox before 147 has no Navigation API.
  if (!frame.navigation) poll ||= setInterval(report, POLL);
  frame.addEventListener('hashchange', changed);
  frame.addEventListener('popstate', changed);
  frame.addEventListener('load', changed);
  frame.addEventListener('pagehide', follow);
  frame.document.addEventListener('click', leave, true);
  // The document itself: its first element may not be there yet.
  new MutationObserver(changed).observe(seen, { subtree: true, childList: true, characterData: true });
  report();
}

function follow() {
  const old = seen;
  const look = () => {
    const frame = content();
    if (frame && frame.document !== old && frame.location.href !== 'about:blank') mirror();
    else if (seen === old) setTimeout(look, LOOK);
  };
  setTimeout(look, 0);
}

function report() {
  const frame = content();
  if (!frame) return;
  const { pathname, search, hash } = frame.location;
  // The bootstrap page in the site's place speaks for itself.
  const root = frame.document.documentElement;
  if (!root || 'peerserverState' in root.dataset || pathname.startsWith(OWN)) return;
  const state = { path: pathname + search + hash, title: frame.document.title.slice(0, MAX_TITLE) };
  const link = /** @type {HTMLLinkElement | null} */ (frame.document.querySelector('link[rel~="icon"]'))?.href ?? '';
  const key = JSON.stringify([state, link]);
  if (key === last) return;
  const wait = reported + REPORT - performance.now();
  if (wait > 0) {
    later ||= setTimeout(() => ((later = 0), report()), wait);
    return;
  }
  reported = performance.now();
  last = key;
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

// Firefox shows no worker what is to outlive its page, beacons and `keepalive` fetches: the gateway would get it, and it
// would be lost. This frame outlives the page, so it sends it in an ordinary way.
/** @param {Window & typeof globalThis} frame */
function sendLate(frame) {
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
function leave(event) {
  /** @type {HTMLAnchorElement | null | undefined} */
  const link = /** @type {Element | null} */ (event.target)?.closest?.('a[href], area[href]');
  if (!link || link.target || !/^https?:$/.test(link.protocol) || link.origin === location.origin) return;
  link.target = '_top';
  setTimeout(() => link.removeAttribute('target'), 0);
}
