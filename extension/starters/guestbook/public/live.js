// Keeps the part of the page that is marked `data-live="/live"` up to date. Without this script the page works as
// well: it shows what was there when it was loaded, and its buttons load it anew.
//
// Each message from /live is a sentence about what has changed. The page is then fetched again and its new part put
// in place, so nothing can be missed: not before the first message either, and not while the line was down.

const region = /** @type {HTMLElement} */ (document.querySelector("[data-live]"));
const answer = document.querySelector("[data-answer]"); // What the site says to this visitor's last click, if need be.
const news = /** @type {Element} */ (document.querySelector("[role=status]"));
const PAGE = "/";
const AGAIN_AFTER = 5000; // Milliseconds until a line that was refused is tried again.

let asked = 0; // Of several questions, the answer to the last counts.

/**
 * Shows what `question`, a fetch, brings: the new part, and what is said to a click (`isClick`).
 *
 * @param {Promise<Response>} question
 * @param {boolean} isClick
 */
async function show(question, isClick) {
  const mine = ++asked;
  const response = await question;
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  const fresh = page.querySelector("[data-live]");
  if (!fresh) throw new Error("the answer is not this page");
  if (isClick) {
    const said = /** @type {Element} */ (page.querySelector("[data-answer]"));
    answer?.replaceChildren(...said.childNodes);
  }
  if (mine !== asked || fresh.innerHTML === region.innerHTML) return;
  const focused = region.contains(document.activeElement) ? document.activeElement?.id : "";
  region.replaceChildren(...fresh.childNodes);
  if (focused) document.getElementById(focused)?.focus();
}

function listen() {
  const line = new EventSource(/** @type {string} */ (region.dataset.live));
  const look = () => show(fetch(PAGE), false).catch(() => {}); // The next message, or the next opening, brings it.
  line.addEventListener("open", look);
  line.addEventListener("message", ({ data }) => {
    const sentence = document.createElement("span"); // A new one, so that its animation begins anew.
    sentence.textContent = data;
    news.replaceChildren(sentence);
    look();
  });
  line.addEventListener("error", () => {
    // A line that broke is opened again by the browser; one that was refused is not.
    if (line.readyState === EventSource.CLOSED) setTimeout(listen, AGAIN_AFTER);
  });
}

// A button in that part is sent without leaving the page; the answer is the page as it is now.
region.addEventListener("submit", (event) => {
  event.preventDefault();
  const form = /** @type {HTMLFormElement} */ (event.target);
  const fields = /** @type {[string, string][]} */ ([...new FormData(form)]); // None is a file.
  const body = new URLSearchParams(fields);
  show(fetch(form.action, { method: "POST", body }), true).catch(() => form.submit());
});

listen();
