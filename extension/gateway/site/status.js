// Shows the state of a visit, in plain words: used by the bootstrap page and by the shell's page, which
// have the same elements.
//
// Why this is not Rust: it must show before any wasm is there, and when none can run.

/** @type {Record<string, [heading: string, detail: string]>} */
const TEXTS = {
  connecting: ['Connecting to $name…', ''],
  rendezvous: ['The rendezvous cannot be reached', 'It introduces you to the host of “$name”. Trying again by itself.'],
  offline: ['“$name” is not online', 'Its host is switched off or asleep. This page shows the site as soon as it is back.'],
  unreachable: ['No way to the host of “$name”', 'It is online, but no direct connection could be made. A firewall on either side may be in the way. Trying again by itself.'],
  refused: ['The host of “$name” refused', 'It does not serve this site now.'],
  unverified: ['This is not “$name”', 'Somebody answered who could not prove to be the owner of this site. Nothing was loaded. Ask the owner for the link, or try again later.'],
  lost: ['The connection was lost', 'Connecting to “$name” again.'],
  unlinked: ['The connection was lost', 'Connecting to “$name” again.'],
  unsent: ['What you sent did not arrive', 'The host of “$name” could not be reached. Go back and send it again.'],
  unanswered: ['What you sent may not have arrived', 'The connection to “$name” was lost before its host answered. Go back and look before you send it again.'],
  unknownName: ['There is no “$name” here', 'No site has this name at this gateway. Check the link: somebody may have misspelt it, or the site was never shared here.'],
  illegalName: ['This is no site’s address', 'A site’s name has letters, digits and hyphens.'],
  noWorker: ['This browser cannot show the site', 'It has no service workers here. They are switched off in some private windows and when all cookies are blocked.'],
  unsupported: ['This browser cannot show the site', 'It lacks something that is needed: '],
  browser: ['Something went wrong in this browser', ''],
};

// Reasons that stay the same when the page is loaded again.
const FINAL = new Set(['unknownName', 'illegalName']);
// Reasons after a form was sent: loading the page again would send it again.
export const FORM_LOST = new Set(['unsent', 'unanswered']);
// Reasons that mostly pass within a second.
const BRIEF = new Set(['connecting', 'lost', 'unlinked']);

/**
 * @param {string} name
 * @param {string} reason
 * @param {string | null} message
 * @param {(() => void) | null} retry
 */
export function show(name, reason, message = '', retry = null) {
  const [heading, detail] = TEXTS[reason] ?? TEXTS.browser;
  const fill = (/** @type {string} */ text) => text.replaceAll('$name', name);
  const $ = (/** @type {string} */ id) => /** @type {HTMLElement} */ (document.getElementById(id));
  $('heading').textContent = fill(heading);
  const extra = reason === 'unsupported' || reason === 'browser' || reason === 'refused' ? message : '';
  $('detail').textContent = `${fill(detail)} ${extra ?? ''}`.trim();
  $('spinner').hidden = !(BRIEF.has(reason) || ['rendezvous', 'offline', 'unreachable'].includes(reason));
  $('retry').hidden = !retry || BRIEF.has(reason);
  $('retry').textContent = FINAL.has(reason) ? 'Open another site' : FORM_LOST.has(reason) ? 'Go back' : 'Try again';
  if (retry) $('retry').onclick = retry;
  document.title = fill(heading);
  $('status').classList.toggle('shown', !BRIEF.has(reason));
  $('status').dataset.reason = reason;
}
