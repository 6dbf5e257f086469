// The site worker's part of an exchange: it posts a request to the port, and makes a Response of what comes back, chunk
// by chunk as the page reads it. It does not know where the port comes from.
//
// Why this is not Rust: it is part of the site worker, and passes on what the browser gives.

// Bytes of a response that may be buffered for the page; then the host has to wait.
const RESPONSE_WINDOW = 512 * 1024;
// Bytes of a request's body that may be posted and not yet sent to the host.
const UPLOAD_WINDOW = 512 * 1024;
// UTF-16 code units of a request's address and headers, and requests under way at a time: the document at the port's
// other end serves visits to other sites, too. Hosts accept far less of both.
const MAX_HEAD = 64 * 1024;
const MAX_EXCHANGES = 1000;

let nextId = 1;
// Does the site have code of its own? Then its cookies matter. Not known before its first answer.
/** @type {boolean | undefined} */
let hasCode;
/** @type {Map<number, Exchange>} */
const exchanges = new Map();
// Requests that wait until another one has ended.
/** @type {(() => void)[]} */
const waitingForSlot = [];

class Failure extends Error {
  /**
   * @param {string} reason as in `status.js`
   * @param {string} message
   */
  constructor(reason, message) {
    super(message);
    this.reason = reason;
  }
}

/**
 * @param {Request} request
 * @param {URL} url
 * @param {string} clientId
 */
async function forward(request, url, clientId) {
  if (port && !isSafe(request) && !(await portResponds())) port = null;
  if (!(await hasPort(PORT_TIMEOUT))) {
    throw new Failure('unlinked', 'the site is not connected');
  }
  const initiator = initiatorOf(request, url);
  const source = isEventSource(request) ? eventSource(clientId, url) : null;
  const headers = headersFor(request, url, initiator, source);
  if (url.href.length + headers.join().length > MAX_HEAD) return new Response('PeerServer: too much in the head of this request\n', { status: 431 });
  while (exchanges.size >= MAX_EXCHANGES) await /** @type {Promise<void>} */ (new Promise((resolve) => waitingForSlot.push(resolve)));
  const cookies = initiator && hasCode !== false ? await visibleCookies() : [];
  return new Exchange(request, url, source === null ? null : new EventIds(source), { headers, initiator, cookies }).response;
}

class Exchange {
  /**
   * @param {Request} request
   * @param {URL} url
   * @param {EventIds | null} events reads the response's events, if it is an event stream
   * @param {{ headers: string[], initiator: import('messages').Initiator | null, cookies: string[] }} more
   */
  constructor(request, url, events, more) {
    this.id = nextId++;
    this.request = request;
    this.events = events;
    this.hasResponse = false;
    this.sent = 0;
    this.unconsumed = 0;
    /** @type {ReadableStreamDefaultController<Uint8Array> | null} */
    this.controller = null;
    /** @type {(() => void) | null} */
    this.resumeUpload = null;
    /** @type {PromiseWithResolvers<Response>} */
    const { promise, resolve, reject } = Promise.withResolvers();
    this.response = promise;
    this.resolve = resolve;
    this.reject = reject;
    const body = request.method !== 'GET' && request.method !== 'HEAD';
    const path = url.pathname + url.search;
    /** @type {import('messages').FromSiteWorker & { kind: 'request' }} */
    this.head = { kind: 'request', id: this.id, method: request.method, path, body, ...more };
    exchanges.set(this.id, this);
    request.signal?.addEventListener('abort', () => this.cancel(), { once: true });
    this.send();
    watchPort();
  }

  send() {
    post(this.head);
    if (this.head.body) this.upload();
  }

  onNewPort() {
    if (!this.hasResponse && !this.head.body) return this.send();
    this.fail(new Failure('lost', 'the connection was lost in the middle of the answer'));
  }

  async upload() {
    this.sent = 0;
    try {
      // Firefox has no `request.body`.
      const stream = this.request.body ?? new Response(await this.request.blob()).body;
      const reader = /** @type {ReadableStream<Uint8Array>} */ (stream).getReader();
      for (;;) {
        const { done, value } = await reader.read();
        if (done || !exchanges.has(this.id)) break;
        const bytes = value.slice();
        this.sent += bytes.byteLength;
        post({ kind: 'requestBody', id: this.id, bytes }, [bytes.buffer]);
        while (this.sent > UPLOAD_WINDOW) {
          await /** @type {Promise<void>} */ (new Promise((resolve) => (this.resumeUpload = resolve)));
        }
      }
      post({ kind: 'requestBodyEnd', id: this.id });
    } catch {
      this.cancel();
    }
  }

  /** @param {import('messages').ToSiteWorker} message */
  onMessage(message) {
    switch (message.kind) {
      case 'response':
        this.hasResponse = true;
        this.onResponse(message);
        break;
      case 'responseBody':
        this.unconsumed += message.bytes.byteLength;
        this.events?.read(message.bytes);
        this.controller?.enqueue(message.bytes);
        if ((this.controller?.desiredSize ?? 0) > 0) this.reportConsumed();
        break;
      case 'responseEnd':
        this.controller?.close();
        this.done();
        break;
      case 'requestBodyConsumed':
        this.sent -= message.bytes;
        this.resumeUpload?.();
        break;
      case 'error':
        this.fail(new Failure(message.reason, message.message));
        break;
    }
  }

  /** @param {import('messages').ToSiteWorker & { kind: 'response' }} message */
  onResponse({ status, headers, body: wholeBody, code, cookies }) {
    // With an error status the host may not know.
    if (code || status < 500) hasCode = code;
    // Pages see their cookies from their first line on.
    const resolve =
      cookies.length === 0 ? this.resolve : (/** @type {Response} */ response) => showCookies(cookies).then(() => this.resolve(response));
    const init = { status, headers: pairs(headers) };
    // In shells all sites are parts of one browser partition: a page of another one could frame this one's as its
    // visitor sees them, and lay them under its own buttons.
    if (this.request.mode === 'navigate') init.headers.append('content-security-policy', `frame-ancestors 'self' ${GATEWAY}`);
    const location = init.headers.get('location');
    if (location) init.headers.set('location', new URL(location, this.request.url).href);
    if (this.events && status !== 200) this.forgetEvents();
    const empty = status === 204 || status === 205 || status === 304 || this.request.method === 'HEAD';
    if (empty || wholeBody) {
      if (wholeBody) this.events?.read(wholeBody);
      this.done();
      resolve(new Response(empty || !wholeBody ? null : toStream(wholeBody), init));
      return;
    }
    const stream = new ReadableStream(
      {
        start: (controller) => void (this.controller = controller),
        pull: () => this.reportConsumed(),
        cancel: () => this.cancel(),
      },
      new ByteLengthQueuingStrategy({ highWaterMark: RESPONSE_WINDOW }),
    );
    resolve(new Response(stream, init));
  }

  reportConsumed() {
    if (this.unconsumed === 0) return;
    post({ kind: 'responseBodyConsumed', id: this.id, bytes: this.unconsumed });
    this.unconsumed = 0;
  }

  cancel() {
    post({ kind: 'cancel', id: this.id });
    this.forgetEvents();
    this.fail(new DOMException('The request was given up.', 'AbortError'));
  }

  // An event source that the page has closed starts without an id the next time.
  forgetEvents() {
    const { source } = this.events ?? {};
    this.events = null;
    if (source && !isStreaming(source)) keepEventId(source, '');
  }

  /** @param {Error} error */
  fail(error) {
    this.done();
    this.reject(error);
    try {
      if (isEventSource(this.request)) this.controller?.close();
      else this.controller?.error(error);
    } catch {
      // The stream has ended already.
    }
  }

  done() {
    exchanges.delete(this.id);
    waitingForSlot.shift()?.();
    watchPort();
  }
}

// Chromium makes a Blob of a body that a worker gives as bytes, which takes half a millisecond; a stream goes its own way.
/** @param {Uint8Array} bytes */
function toStream(bytes) {
  return new ReadableStream({
    start(controller) {
      if (bytes.byteLength > 0) controller.enqueue(bytes);
      controller.close();
    },
  });
}

/** @param {string[]} flat */
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
