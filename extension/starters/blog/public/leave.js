// A browser may keep a page that is left, to show it again at once when its visitor goes back. By then that visitor may
// have logged out: so the page is hidden when it is left, and loaded again when it is shown.

addEventListener("pagehide", () => (document.documentElement.hidden = true));
addEventListener("pageshow", ({ persisted }) => persisted && location.reload());
