// The content script: rewrites navigation so that a link to a peer site becomes the site itself, and
// has the extension visit the site that is open. It runs at the top of tabs on local addresses and on gateways
// that the owner added, and does nothing visible anywhere but on a gateway's own pages.
//
// Why this is not Rust: browsers take a script here, and it runs on every page that matches; a wasm
// module on each of them would be a waste.

const DEFAULT_GATEWAYS = ['http://localhost:8890'];
const LABEL = /^(?:[a-z0-9]|[a-z0-9][a-z0-9-]*[a-z0-9])-[a-z2-7]{20}$/;
// Milliseconds between two visit requests while the host is away.
const RETRY_INTERVAL = 1000;
// Milliseconds between two checks whether the extension was stopped, and that it may take to load again.
const CHECK_INTERVAL = 1000;
const LOAD_TIME = 3000;
// Recoveries within ten minutes at most: the owner has to deal with an extension that crashes more often.
const MAX_RECOVERIES = 3;
const RECOVERY_PERIOD = 600_000;

chrome.storage.local.get(['gateways', 'topLevel']).then((/** @type {{ gateways?: string[], topLevel?: boolean }} */ settings) => {
  const { gateways = DEFAULT_GATEWAYS, topLevel = true } = settings;
  if (!topLevel) return;
  if (gateways.includes(location.origin)) return gatewayPage();
  const dot = location.host.indexOf('.');
  const label = location.host.slice(0, dot);
  const gateway = `${location.protocol}//${location.host.slice(dot + 1)}`;
  if (dot > 0 && LABEL.test(label) && gateways.includes(gateway)) sitePage(label, gateway);
});

// `/connect/<label>/<path>` on a gateway: go to the site's own origin. The front page embeds the recovery frame.
function gatewayPage() {
  const [, connect, label, ...path] = location.pathname.split('/');
  if (connect === '' && location.hostname === 'localhost') whenParsed(embedRecoveryFrame);
  if (connect !== 'connect' || !LABEL.test(label ?? '')) return;
  const { protocol, host, search, hash } = location;
  location.replace(`${protocol}//${label}.${host}/${path.join('/')}${search}${hash}`);
}

// Chromium stops the whole extension when its process crashes, and starts nothing of it; but it loads it again when a
// frame of it that had crashed as well is navigated to an address in it. The front page, which runs in another process, embeds such a
// frame, hidden and empty. (Firefox starts a crashed extension again by itself.)
function embedRecoveryFrame() {
  const { id } = chrome.runtime;
  const resource = chrome.runtime.getURL('content/crash_recovery.html');
  if (!resource.startsWith('chrome-extension:')) return;
  const box = document.createElement('div');
  box.hidden = true;
  const frame = document.createElement('iframe');
  frame.src = resource;
  box.attachShadow({ mode: 'closed' }).append(frame);
  document.body.append(box);
  const watch = setInterval(() => {
    // Undefined as soon as the extension was stopped, updated or disabled; the last two stay what they are.
    if (chrome.runtime?.id) return;
    clearInterval(watch);
    if (!mayRecover()) return;
    frame.src = `chrome-extension://${id}/content/crash_recovery.html`;
    // This script belongs to the extension that was stopped. What a person has begun to type is not thrown away.
    setTimeout(() => document.querySelector('input')?.value || location.reload(), LOAD_TIME);
  }, CHECK_INTERVAL);
}

function mayRecover() {
  /** @type {number[]} */
  const stored = JSON.parse(sessionStorage.getItem('peerserver-revivals') ?? '[]');
  const recent = stored.filter((at) => at > Date.now() - RECOVERY_PERIOD);
  if (recent.length >= MAX_RECOVERIES) return false;
  sessionStorage.setItem('peerserver-revivals', JSON.stringify([...recent, Date.now()]));
  return true;
}

// A site's page: have its worker linked, now and whenever the worker posts `needPort`.
/**
 * @param {string} label
 * @param {string} gateway
 */
function sitePage(label, gateway) {
  /** @type {import('messages').FromContentScript} */
  const visitMessage = { toBackground: 'visit', label, gateway };
  // Rejects, too, where the extension was updated since: this script belongs to the old one then.
  const visit = async () => {
    /** @type {import('messages').VisitAnswer | { err: { message: string } }} */
    const answer = await chrome.runtime.sendMessage(visitMessage);
    if ('err' in answer) throw new Error(answer.err.message);
    return answer;
  };
  navigator.serviceWorker?.addEventListener('message', ({ data }) => {
    if (data?.peerserver === 'needPort') visit().catch(() => {});
  });
  const firstVisit = visit();
  firstVisit.catch(() => {});
  whenParsed(async () => {
    // Only the bootstrap page gets these attributes; a site's own pages learn nothing.
    if (!document.querySelector('meta[name="peerserver"][content="bootstrap"]')) return;
    const { dataset } = document.documentElement;
    dataset.peerserver = 'extension';
    for (let answer = firstVisit; ; answer = visit()) {
      const { reason, message } = await answer.catch((error) => ({ reason: 'browser', message: String(error.message) }));
      dataset.visit = reason ? `${reason} ${message ?? ''}` : 'connected';
      if (!reason || reason === 'unsupported') return;
      await new Promise((resolve) => setTimeout(resolve, RETRY_INTERVAL));
    }
  });
}

/** @param {() => void} act */
function whenParsed(act) {
  if (document.readyState !== 'loading') act();
  else document.addEventListener('DOMContentLoaded', act, { once: true });
}
