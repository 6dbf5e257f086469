// The site worker: the service worker on a site's origin. It answers every request of the site's pages
// with what the host says, through a MessagePort whose other end is the network document or the shell
// (the messages stand in extension/peer/src/link.rs).
//
// Why this is not Rust: a service worker is a script by definition, it starts cold before every visit,
// and it must be small. It knows nothing of WebRTC and keeps nothing: the port may die with the document
// that holds its other end, and this worker may die at any time; both are asked for anew.

const OWN = '/.well-known/peerserver/';
importScripts(OWN + 'cookies.js');

const BRIDGE = OWN + 'bridge.html';
const BOOTSTRAP = OWN + 'bootstrap.html';
const CACHE = 'peerserver';
const KEPT = ['bootstrap.html', 'bootstrap.js', 'status.css', 'status.js', 'bridge.html', 'bridge.js'].map((f) => OWN + f);

// Milliseconds without a word from the port, while something is awaited, until it is asked for a sign.
const QUIET = 500;
// Milliseconds that the sign may take; then the port is taken for dead and another is asked for.
const DEAF = 1500;
// Milliseconds that a page's request waits for a port before it fails honestly. A navigation shows the
// bootstrap page at once instead.
const PORT_PATIENCE = 15000;
// Bytes of an answer that may wait in the page; then the host is held back.
const AHEAD = 512 * 1024;
// Bytes of a request's body that may be under way to the port's other end.
const UPLOAD_AHEAD = 512 * 1024;
// Milliseconds that an EventSource's line waits for the host, and between two tries. Browsers end a worker's
// answer that takes five minutes.
const LINE_PATIENCE = 120_000;
const LINE_AGAIN = 1000;

let port = null;
let heard = 0;
let probe = 0;
let nextId = 1;
// Does the site have code of its own? Then its cookies matter. Not known before its first answer.
let code;
// Is this the site's first worker in this browser? Then nothing of the site is left, as its visitor wants it.
let fresh = false;
const exchanges = new Map();
const waiting = new Set();

self.addEventListener('install', (event) => {
  self.skipWaiting();
  fresh = !self.registration.active;
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll(KEPT)));
});
self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()));

self.addEventListener('message', (event) => {
  if (event.data?.peerserver !== 'port' || !isBridge(event.source)) return;
  adopt(event.ports[0]);
  event.source.postMessage({ peerserver: 'linked' });
});

self.addEventListener('fetch', (event) => {
  const url = new URL(event.request.url);
  if (url.origin !== self.location.origin) return;
  if (url.pathname.startsWith(OWN)) {
    event.respondWith(own(event.request));
  } else if (event.request.mode === 'navigate') {
    event.respondWith(navigate(event, url));
  } else if (isLine(event.request)) {
    event.respondWith(line(event.request, url));
  } else {
    event.respondWith(ask(event.request, url).catch(refusal));
  }
});

// The gateway's few files on this origin, from it or, when it is away, as they were last.
async function own(request) {
  try {
    return await fetch(request);
  } catch {
    return (await caches.match(request, { ignoreSearch: true })) ?? Response.error();
  }
}

// A navigation without a port is answered with the bootstrap page, which gets one and comes again; one
// that fails, with the same page, which says why and goes on trying. What a form sends would be lost with that: it
// waits for the port, and if it fails the page only says so.
async function navigate(event, url) {
  const safe = isSafe(event.request);
  try {
    if (safe && !(await linked(250))) return bootstrap('connecting');
    return await ask(event.request, url);
  } catch (error) {
    if (safe) return bootstrap(error.reason ?? 'lost', error.message);
    return bootstrap(error.reason === 'lost' ? 'unanswered' : 'unsent');
  }
}

async function bootstrap(reason, message = '') {
  const page = (await caches.match(BOOTSTRAP)) ?? (await fetch(BOOTSTRAP));
  const state = new URLSearchParams({ reason, message }).toString();
  const html = (await page.text()).replace('data-peerserver-state=""', `data-peerserver-state="${state.replaceAll('&', '&amp;')}"`);
  // With the headers it came with: who may frame it is among them.
  const headers = new Headers(page.headers);
  headers.delete('content-length');
  headers.set('cache-control', 'no-store');
  return new Response(html, { status: reason === 'connecting' ? 200 : 503, headers });
}

function refusal(error) {
  if (error.name === 'AbortError') return Response.error();
  return new Response(`PeerServer: ${error.message}\n`, {
    status: 503,
    statusText: 'Service Unavailable',
    headers: { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' },
  });
}

// Is it what an EventSource asks for?
const isLine = (request) => request.method === 'GET' && request.headers.get('accept') === 'text/event-stream';

// A line to a host that is away: it waits, as it would for a server that is slow. A refusal would end it for good, and
// so does a failure in Firefox; what all browsers come back after is a line that has ended.
async function line(request, url) {
  const end = Date.now() + LINE_PATIENCE;
  while (Date.now() < end) {
    try {
      return await ask(request, url);
    } catch {
      if (request.signal?.aborted) return Response.error();
      await new Promise((resolve) => setTimeout(resolve, LINE_AGAIN));
    }
  }
  return new Response('', { headers: { 'content-type': 'text/event-stream', 'cache-control': 'no-store' } });
}

// ---- the port ---------------------------------------------------------------------------------------

// In a frame: who may frame it is said by its headers, and a page could open a window of it.
function isBridge(client) {
  return client?.frameType === 'nested' && new URL(client.url).pathname === BRIDGE;
}

function adopt(given) {
  port?.close();
  port = given;
  heard = Date.now();
  if (fresh) port.postMessage({ kind: 'fresh' });
  fresh = false;
  port.onmessage = ({ data }) => hear(data);
  for (const wake of waiting) wake();
  // What the old port had not begun to answer is asked again; what it had begun cannot be.
  for (const exchange of [...exchanges.values()]) exchange.relinked();
}

async function askForPort() {
  const all = await self.clients.matchAll({ includeUncontrolled: true, type: 'window' });
  for (const client of all) client.postMessage({ peerserver: 'needPort' });
}

// Is there a port? Waits for one, at most so many milliseconds.
function linked(patience) {
  if (port) return true;
  return new Promise((resolve) => {
    const done = (value) => {
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
    else if (silent >= QUIET) port?.postMessage({ kind: 'ping' });
    watch();
  }, QUIET);
}

// Does the port still answer? What is sent with a body can be sent only once.
async function answers() {
  if (Date.now() - heard < QUIET) return true;
  const asked = Date.now();
  port?.postMessage({ kind: 'ping' });
  while (heard < asked && Date.now() - asked < DEAF) await new Promise((resolve) => setTimeout(resolve, 10));
  return heard >= asked;
}

function hear(message) {
  heard = Date.now();
  exchanges.get(message.id)?.hear(message);
}

// ---- an exchange ------------------------------------------------------------------------------------

class Failure extends Error {
  constructor(reason, message) {
    super(message);
    this.reason = reason;
  }
}

async function ask(request, url) {
  if (port && !isSafe(request) && !(await answers())) port = null;
  if (!(await linked(PORT_PATIENCE))) {
    throw new Failure('unlinked', 'the site is not connected');
  }
  const from = asker(request, url);
  const cookies = from && code !== false ? await visibleCookies() : [];
  return new Exchange(request, url, { from, cookies }).response;
}

class Exchange {
  constructor(request, url, cookies) {
    this.id = nextId++;
    this.request = request;
    this.begun = false;
    this.chunks = null;
    this.untaken = 0;
    this.response = new Promise((resolve, reject) => Object.assign(this, { resolve, reject }));
    const headers = [...request.headers].flat();
    if (request.referrer && new URL(request.referrer).origin === url.origin) headers.push('referer', request.referrer);
    this.head = { kind: 'request', id: this.id, method: request.method, path: url.pathname + url.search, headers, ...cookies };
    this.head.body = request.method !== 'GET' && request.method !== 'HEAD';
    exchanges.set(this.id, this);
    request.signal?.addEventListener('abort', () => this.cancel(), { once: true });
    this.send();
    watch();
  }

  send() {
    port.postMessage(this.head);
    if (this.head.body) this.upload();
  }

  relinked() {
    if (!this.begun && !this.head.body) return this.send();
    this.fail(new Failure('lost', 'the connection was lost in the middle of the answer'));
  }

  async upload() {
    this.sent = 0;
    const post = (bytes) => {
      const copy = bytes.slice();
      this.sent += copy.byteLength;
      port?.postMessage({ kind: 'body', id: this.id, bytes: copy }, [copy.buffer]);
    };
    try {
      // Firefox has no `request.body`.
      const stream = this.request.body ?? new Response(await this.request.blob()).body;
      const reader = stream.getReader();
      for (;;) {
        const { done, value } = await reader.read();
        if (done || !exchanges.has(this.id)) break;
        post(value);
        while (this.sent > UPLOAD_AHEAD) await new Promise((resolve) => (this.roomier = resolve));
      }
      port?.postMessage({ kind: 'bodyEnd', id: this.id });
    } catch (error) {
      this.cancel();
    }
  }

  hear(message) {
    switch (message.kind) {
      case 'head':
        this.begun = true;
        this.begin(message);
        break;
      case 'chunk':
        this.untaken += message.bytes.byteLength;
        this.chunks.enqueue(message.bytes);
        if (this.chunks.desiredSize > 0) this.taken();
        break;
      case 'end':
        this.chunks.close();
        this.done();
        break;
      case 'bodyTaken':
        this.sent -= message.n;
        this.roomier?.();
        break;
      case 'fail':
        this.fail(new Failure(message.reason, message.message));
        break;
    }
  }

  begin({ status, headers, whole, code: marked = false, cookies = [] }) {
    // A host in trouble may not know.
    if (marked || status < 500) code = marked;
    // Pages see their cookies from their first line on.
    const resolve = cookies.length === 0 ? this.resolve : async (response) => this.resolve(await showCookies(cookies).then(() => response));
    const init = { status, headers: pairs(headers) };
    const location = init.headers.get('location');
    if (location) init.headers.set('location', new URL(location, this.request.url).href);
    const empty = status === 204 || status === 205 || status === 304 || this.request.method === 'HEAD';
    if (empty || whole) {
      this.done();
      resolve(new Response(empty ? null : streamed(whole), init));
      return;
    }
    const body = new ReadableStream(
      {
        start: (controller) => { this.chunks = controller; },
        pull: () => this.taken(),
        cancel: () => this.cancel(),
      },
      new ByteLengthQueuingStrategy({ highWaterMark: AHEAD }),
    );
    resolve(new Response(body, init));
  }

  taken() {
    if (this.untaken === 0) return;
    port?.postMessage({ kind: 'taken', id: this.id, n: this.untaken });
    this.untaken = 0;
  }

  cancel() {
    port?.postMessage({ kind: 'cancel', id: this.id });
    this.fail(new DOMException('The request was given up.', 'AbortError'));
  }

  fail(error) {
    this.done();
    this.reject(error);
    try {
      if (isLine(this.request)) this.chunks?.close();
      else this.chunks?.error(error);
    } catch {
      // The stream has ended already.
    }
  }

  done() {
    exchanges.delete(this.id);
    watch();
  }
}

// Chromium makes a Blob of a body that a worker gives as bytes, which takes half a millisecond; a stream goes its own way.
function streamed(bytes) {
  return new ReadableStream({
    start(controller) {
      if (bytes.byteLength > 0) controller.enqueue(bytes);
      controller.close();
    },
  });
}

function pairs(flat) {
  const headers = new Headers();
  for (let i = 0; i + 1 < flat.length; i += 2) {
    try {
      headers.append(flat[i], flat[i + 1]);
    } catch {
      // A name that Fetch forbids ends that header alone.
    }
  }
  return headers;
}
