// The bootstrap page: what a site's origin shows while its worker cannot answer. At the top of a tab it
// registers the site worker and lets the site take its place as soon as the extension has linked it;
// without the extension it navigates to the shell. In the shell's frame it only posts `bootstrap` to the shell.
//
// Why this is not Rust: it shows for a tenth of a second before every first visit, and does no more than
// wait for others.

import { FORM_LOST, show } from '/.well-known/peerserver/status.js';

const OWN = '/.well-known/peerserver/';
// Milliseconds that the extension's content script has to set its attribute.
const EXTENSION_TIMEOUT = 500;

// The reason when the page is only loaded so that the browser checks who may frame it.
const FRAMED = 'framed';

const root = document.documentElement;
const label = location.hostname.split('.')[0];
// A label is the name, a hyphen and 20 characters of the key's fingerprint.
const name = label.slice(0, -21);
const gateway = `${location.protocol}//${location.host.slice(label.length + 1)}`;
const state = new URLSearchParams(root.dataset.peerserverState);
const reason = state.get('reason') || 'connecting';

show(name, reason === FRAMED ? 'connecting' : reason, state.get('message'), () => (FORM_LOST.has(reason) ? history.back() : location.reload()));

if (FORM_LOST.has(reason)) {
  // The page stays, to be read.
} else if (reason === FRAMED) {
  // Whoever frames this page may. The referrer shows the worker that the policy was checked.
  const { href } = location;
  history.replaceState(history.state, '', OWN + 'framed');
  location.replace(href);
} else if (window.top !== window) {
  const path = location.pathname + location.search + location.hash;
  /** @type {import('messages').FromBootstrap} */
  const failed = { peerserver: 'bootstrap', reason, message: state.get('message'), path };
  window.parent.postMessage(failed, gateway);
} else if (navigator.serviceWorker && (await waitForAttribute('peerserver', 'extension', EXTENSION_TIMEOUT))) {
  await navigator.serviceWorker.register(OWN + 'worker.js', { scope: '/' });
  await navigator.serviceWorker.ready;
  // Loading again is answered by the worker once it controls this page and has its port.
  await waitForAttribute('visit', 'connected');
  location.reload();
} else {
  location.replace(`${gateway}/connect/${label}${location.pathname}${location.search}${location.hash}`);
}

// Waits until the content script sets an attribute of the root element to `wanted`: it sets `data-peerserver` at
// first, then `data-visit` (`connected`, or a reason and a message). Shows each reason. `false`: it took too long.
/**
 * @param {string} key
 * @param {string} wanted
 * @param {number} [timeout] in milliseconds
 * @returns {Promise<boolean>}
 */
function waitForAttribute(key, wanted, timeout) {
  return new Promise((resolve) => {
    const check = () => {
      const [value, ...message] = (root.dataset[key] ?? '').split(' ');
      if (value === wanted) {
        observer.disconnect();
        resolve(true);
      } else if (value) {
        show(name, value, message.join(' '), () => location.reload());
      }
    };
    const observer = new MutationObserver(check);
    observer.observe(root, { attributes: true });
    if (timeout) setTimeout(() => resolve(false), timeout);
    check();
  });
}
