// The site worker's part of a request's headers: those that a browser adds after it has shown a request to a worker, so
// that a handler finds what a server on the network would have got.
//
// Why this is not Rust: it is part of the site worker, and does nothing but call the browser's APIs.

// UTF-16 code units of a line in an event stream: a longer one is no `id:`.
const MAX_EVENT_LINE = 4096;
// Event sources whose last id is kept.
const MAX_EVENT_SOURCES = 256;

// The last event ids of the pages' event sources, by client and address. The bridge keeps them too: browsers end a worker
// in the middle of a long stream, and the next one is to know them.
/** @type {Map<string, string>} */
const lastEventIds = new Map();

// The headers of a request, made by `initiator` (see `initiatorOf`), maybe of an event source: name, value, name, value, …
/**
 * @param {Request} request
 * @param {URL} url
 * @param {import('messages').Initiator | null} initiator
 * @param {string | null} source
 */
function headersFor(request, url, initiator, source) {
  const headers = new Headers([...request.headers].map(([name, value]) => [name, FIREFOX ? value : isomorphic(value)]));
  const add = (/** @type {string} */ name, /** @type {string | undefined} */ value) => {
    if (value && !headers.has(name)) headers.set(name, value);
  };
  add('accept-language', acceptLanguage(navigator.languages));
  add('user-agent', navigator.userAgent);
  add('origin', originOf(request, url));
  add('referer', ownReferrer(request, url));
  add('last-event-id', isomorphic((source && lastEventIds.get(source)) ?? ''));
  add('sec-fetch-dest', request.destination || 'empty');
  add('sec-fetch-mode', request.mode);
  if (request.mode !== 'navigate' || initiator === 'site') add('sec-fetch-site', 'same-origin');
  const [control, pragma] = CACHE_HEADERS[request.cache] ?? [];
  add('cache-control', control);
  add('pragma', pragma);
  return [...headers].flat();
}

// Fetch, "HTTP-network-or-cache fetch", steps 8.17 and 8.18.
/** @type {Record<string, string[]>} */
const CACHE_HEADERS = { 'no-cache': ['max-age=0'], 'no-store': ['no-cache', 'no-cache'], reload: ['no-cache', 'no-cache'] };

// The languages as Chromium sends them to servers (net::HttpUtil, `ExpandLanguageList` and
// `GenerateAcceptLanguageHeader`): each family followed by its base, weights falling by a tenth to a tenth. Firefox shows
// a worker its own.
/** @param {readonly string[]} languages */
function acceptLanguage(languages) {
  const base = (/** @type {string | undefined} */ language) => language?.split('-')[0];
  const next = (/** @type {number} */ i) => base(languages[i + 1]);
  const all = new Set(languages.flatMap((language, i) => (base(language) === next(i) ? [language] : [language, base(language)])));
  return [...all].map((language, i) => (i === 0 ? language : `${language};q=${Math.max(10 - i, 1) / 10}`)).join(',');
}

// Fetch, "append a request `Origin` header", which Chromium 148 to 156 follow but for the referrer policy. A request that
// is no navigation comes from a page of the site.
/**
 * @param {Request} request
 * @param {URL} url
 */
function originOf(request, url) {
  if (isSafe(request)) return '';
  if (request.mode === 'navigate') return referrerOf(request)?.origin ?? 'null';
  return FIREFOX && request.mode !== 'cors' && request.referrerPolicy === 'no-referrer' ? 'null' : url.origin;
}

// Other sites' referrers, the shell's among them, are no business of the host.
/**
 * @param {Request} request
 * @param {URL} url
 */
function ownReferrer(request, url) {
  const { referrer } = request;
  return referrer !== FRAMED_REFERRER && referrerOf(request)?.origin === url.origin ? referrer : '';
}

// The text's UTF-8 as a header's value, one character a byte. Firefox shows values so; Chromium reads them as UTF-8, and
// shows one that is none as empty.
/** @param {string} text */
function isomorphic(text) {
  return String.fromCharCode(...new TextEncoder().encode(text));
}

// A key for each of a page's event sources. One that connects again has lost its stream, so a request while there is a
// stream comes from another one, which has no last event id yet.
/**
 * @param {string} clientId
 * @param {URL} url
 */
function eventSource(clientId, url) {
  const source = `${clientId} ${url.href}`;
  if (isStreaming(source)) keepEventId(source, '');
  return source;
}

/** @param {string} source */
function isStreaming(source) {
  return [...exchanges.values()].some(({ events }) => events?.source === source);
}

// Stores an event source's last id; an empty one removes it.
/**
 * @param {string} source
 * @param {string} id
 */
function keepEventId(source, id) {
  lastEventIds.delete(source);
  if (id) lastEventIds.set(source, id);
  const [oldest] = lastEventIds.keys();
  if (lastEventIds.size > MAX_EVENT_SOURCES) lastEventIds.delete(oldest);
  if (bridge) postTo(bridge, { peerserver: 'eventId', source, id });
}

// Reads the ids in an event stream as it goes by (HTML, 9.2.6): an id counts from the end of its event on.
class EventIds {
  /** @param {string} source */
  constructor(source) {
    this.source = source;
    this.kept = this.id = lastEventIds.get(source) ?? '';
    this.decoder = new TextDecoder();
    this.rest = '';
  }

  /** @param {Uint8Array} bytes */
  read(bytes) {
    // A carriage return at the end may be the first half of a line's end.
    const lines = (this.rest + this.decoder.decode(bytes, { stream: true })).split(/\r\n|\n|\r(?!$)/);
    this.rest = lines.pop() ?? '';
    if (this.rest.length > MAX_EVENT_LINE) this.rest = `:${this.rest.endsWith('\r') ? '\r' : ''}`;
    for (const line of lines) {
      if (line === '' && this.id !== this.kept) keepEventId(this.source, (this.kept = this.id));
      const id = line === 'id' ? '' : /^id: ?(.*)$/s.exec(line)?.[1];
      if (id !== undefined && !id.includes('\0')) this.id = id;
    }
  }
}
