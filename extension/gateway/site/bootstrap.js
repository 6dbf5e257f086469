// The bootstrap page: what a site's origin shows while its worker cannot answer. At the top of a tab it
// registers the site worker and lets the site take its place as soon as the extension has linked it;
// without the extension it leads to the shell. In the shell's frame it only says that it is there.
//
// Why this is not Rust: it shows for a tenth of a second before every first visit, and does no more than
// wait for others.

import { SENT, show } from '/.well-known/peerserver/status.js';

const OWN = '/.well-known/peerserver/';
// Milliseconds that the extension's content script has to say that it is here.
const SIGN = 500;

// The reason where the page is there to find out whether it may be framed.
const FRAMED = 'framed';

const root = document.documentElement;
const label = location.hostname.split('.')[0];
// A label is the name, a hyphen and 20 characters of the key's fingerprint.
const name = label.slice(0, -21);
const gateway = `${location.protocol}//${location.host.slice(label.length + 1)}`;
const state = new URLSearchParams(root.dataset.peerserverState);
const reason = state.get('reason') || 'connecting';

show(name, reason === FRAMED ? 'connecting' : reason, state.get('message'), () => (SENT.has(reason) ? history.back() : location.reload()));

if (SENT.has(reason)) {
  // The page stays, to be read.
} else if (reason === FRAMED) {
  // Whoever frames this page may. The worker knows by the referrer that it was asked.
  const { href } = location;
  history.replaceState(history.state, '', OWN + 'framed');
  location.replace(href);
} else if (window.top !== window) {
  const path = location.pathname + location.search + location.hash;
  /** @type {import('messages').FromBootstrap} */
  const failed = { peerserver: 'bootstrap', reason, message: state.get('message'), path };
  window.parent.postMessage(failed, gateway);
} else if (navigator.serviceWorker && (await word('peerserver', 'extension', SIGN))) {
  await navigator.serviceWorker.register(OWN + 'worker.js', { scope: '/' });
  await navigator.serviceWorker.ready;
  // Loading again is answered by the worker once it controls this page and has its port.
  await word('visit', 'connected');
  location.reload();
} else {
  location.replace(`${gateway}/connect/${label}${location.pathname}${location.search}${location.hash}`);
}

// Wait for the content script's word: it writes attributes of the root element, `data-peerserver` at
// first and `data-visit` (a reason, then a message) as the visit goes.
/**
 * @param {string} key
 * @param {string} wanted
 * @param {number} [patience] in milliseconds
 * @returns {Promise<boolean>}
 */
function word(key, wanted, patience) {
  return new Promise((resolve) => {
    const look = () => {
      const [said, ...more] = (root.dataset[key] ?? '').split(' ');
      if (said === wanted) {
        observer.disconnect();
        resolve(true);
      } else if (said) {
        show(name, said, more.join(' '), () => location.reload());
      }
    };
    const observer = new MutationObserver(look);
    observer.observe(root, { attributes: true });
    if (patience) setTimeout(() => resolve(false), patience);
    look();
  });
}
