// The content script: rewrites navigation so that a link to a peer site becomes the site itself, and
// tells the extension which site is open. It runs at the top of tabs on local addresses and on gateways
// that the owner added, and does nothing visible anywhere but on a gateway's own pages.
//
// Why this is not Rust: browsers take a script here, and it runs on every page that matches; a wasm
// module on each of them would be a waste.

const DEFAULT_GATEWAYS = ['http://localhost:8890'];
const LABEL = /^(?:[a-z0-9]|[a-z0-9][a-z0-9-]*[a-z0-9])-[a-z2-7]{20}$/;
// Milliseconds between questions while the host is away.
const AGAIN = 1000;

chrome.storage.local.get(['gateways', 'topLevel']).then(({ gateways = DEFAULT_GATEWAYS, topLevel = true }) => {
  if (!topLevel) return;
  if (gateways.includes(location.origin)) return gatewayPage();
  const dot = location.host.indexOf('.');
  const label = location.host.slice(0, dot);
  const gateway = `${location.protocol}//${location.host.slice(dot + 1)}`;
  if (dot > 0 && LABEL.test(label) && gateways.includes(gateway)) sitePage(label, gateway);
});

// `/connect/<label>/<path>` on a gateway: go to the site's own origin.
function gatewayPage() {
  const [, connect, label, ...path] = location.pathname.split('/');
  if (connect !== 'connect' || !LABEL.test(label ?? '')) return;
  const { protocol, host, search, hash } = location;
  location.replace(`${protocol}//${label}.${host}/${path.join('/')}${search}${hash}`);
}

// A site's page: have its worker linked, now and whenever the worker asks.
function sitePage(label, gateway) {
  // Rejects, too, where the extension was updated since: this script belongs to the old one then.
  const visit = async () => chrome.runtime.sendMessage({ toBackground: 'visit', label, gateway });
  navigator.serviceWorker?.addEventListener('message', ({ data }) => {
    if (data?.peerserver === 'needPort') visit().catch(() => {});
  });
  const first = visit();
  first.catch(() => {});
  whenParsed(async () => {
    // Only the bootstrap page is told; a site's own pages learn nothing.
    if (!document.querySelector('meta[name="peerserver"][content="bootstrap"]')) return;
    const { dataset } = document.documentElement;
    dataset.peerserver = 'extension';
    for (let answer = first; ; answer = visit()) {
      const said = await answer.catch((error) => ({ reason: 'browser', message: String(error.message) }));
      dataset.visit = said?.reason ? `${said.reason} ${said.message ?? ''}` : 'connected';
      if (dataset.visit === 'connected' || said.reason === 'unsupported') return;
      await new Promise((resolve) => setTimeout(resolve, AGAIN));
    }
  });
}

function whenParsed(act) {
  if (document.readyState !== 'loading') act();
  else document.addEventListener('DOMContentLoaded', act, { once: true });
}
