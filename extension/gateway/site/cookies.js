// The site worker's part of the site's cookies: who made a request, and the cookies that pages see. No browser applies the
// `Set-Cookie` of a worker's Response, and none adds `Cookie` to what a worker passes on. What the headers mean is
// known at the other end of the port (crates/cookies), and `HttpOnly` cookies stay there.
//
// Why this is not Rust: it is part of the site worker, and does nothing but call the browser's APIs.

// Where browsers differ and only their name tells.
const FIREFOX = navigator.userAgent.includes('Gecko/');
// Chromium 156 keeps cookies for workers. Firefox 153 has the API, but returns neither what pages write nor what the
// worker itself sets: there the bridge's `document.cookie` is used. Chromium's bridge would not do: in the extension's document
// it is a third party.
const STORE = 'cookieStore' in self && !FIREFOX;
// Milliseconds that a bridge may take; there may be none any more.
const BRIDGE_TIMEOUT = 1000;

// What the bootstrap page names as its address when it comes again.
const FRAMED_REFERRER = `${location.origin}/.well-known/peerserver/framed`;

// Who made the request: `site`, a page of the site; `link`, somebody else, who wants to see something; `form`, somebody else,
// who may want to change something; null, if no cookies are wanted. Only pages of the site have this worker, so
// navigations alone can come from elsewhere. Workers see no `Sec-Fetch-Site` of them. `Origin` decides where there is
// one (Firefox has none): `null` is a stranger, though a frame without an address has the referrer of its page. Else
// the referrer must be the site's own. Where there is none (an address that was typed, a page that sends none) it may
// have been anybody.
/**
 * @param {Request} request
 * @param {URL} url
 * @returns {import('messages').Initiator | null}
 */
function initiatorOf(request, url) {
  if (request.credentials === 'omit') return null;
  if (request.mode !== 'navigate') return 'site';
  const origin = request.headers.get('origin') ?? referrerOf(request)?.origin;
  const own = origin === url.origin && request.referrer !== FRAMED_REFERRER;
  return own ? 'site' : isSafe(request) ? 'link' : 'form';
}

// Does the referrer show that a navigation is this site's own, or the shell's? No other site has such a one.
/** @param {Request} request */
function knownReferrer(request) {
  const origin = referrerOf(request)?.origin;
  return origin === location.origin || origin === GATEWAY;
}

/** @param {Request} request */
function referrerOf(request) {
  return request.referrer ? new URL(request.referrer) : undefined;
}

/** @param {Request} request */
function isSafe({ method }) {
  return method === 'GET' || method === 'HEAD';
}

// The cookies that pages see: name, value, name, value, …
async function visibleCookies() {
  if (STORE) return (await cookieStore.getAll()).filter(isOwn).flatMap(({ name = '', value = '' }) => [name, value]);
  const text = await bridgeCookies([]);
  return text ? text.split('; ').flatMap((pair) => [pair.slice(0, Math.max(pair.indexOf('='), 0)), pair.slice(pair.indexOf('=') + 1)]) : [];
}

// Another site of a gateway that browsers do not know as a public suffix may set cookies for all of them.
/** @param {CookieListItem & { domain?: string | null }} cookie */
function isOwn({ domain }) {
  return !domain || domain === location.hostname;
}

// Puts cookies where pages see them.
/** @param {import('messages').VisibleCookie[]} cookies */
async function showCookies(cookies) {
  const lines = [];
  for (const { name, value, path, expires, sameSite, secure } of cookies) {
    if (STORE) {
      await store({ name, value, path, expires, sameSite: /** @type {CookieSameSite} */ (sameSite) });
    } else {
      const date = expires === null ? '' : `; Expires=${new Date(expires).toUTCString()}`;
      // Without its SameSite: the shell's frames are a third party, and get no Strict cookies.
      lines.push(`${name}=${value}; Path=${path}${date}${secure ? '; Secure' : ''}`);
    }
  }
  if (lines.length > 0) await bridgeCookies(lines);
}

// In the shell's frame Chromium takes partitioned cookies only, and at the top of a tab pages make others.
/** @param {CookieInit} cookie */
async function store(cookie) {
  const split = () => cookieStore.set({ ...cookie, sameSite: 'none', partitioned: true });
  // What ends a cookie ends both. (`delete` asks for SameSite=Strict, which the shell's frame is refused.)
  const tries = cookie.expires === 0 ? [cookieStore.set(cookie), split()] : [cookieStore.set(cookie).catch(split)];
  // The browser may take no such cookie, or no cookies.
  await Promise.allSettled(tries);
}

// Has the bridges write these cookies and post all that there are. All bridges see the same: the first reply counts.
/**
 * @param {string[]} write
 * @returns {Promise<string | undefined>}
 */
async function bridgeCookies(write) {
  const all = (await scope.clients.matchAll({ includeUncontrolled: true, type: 'window' })).filter(isBridge);
  return new Promise((resolve) => {
    setTimeout(() => resolve(undefined), BRIDGE_TIMEOUT);
    for (const bridge of all) {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = ({ data }) => resolve(data);
      postTo(bridge, { peerserver: 'cookies', write }, [port2]);
    }
  });
}
