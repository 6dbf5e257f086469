// Answers the first page.
//
// A route is a module. `pattern` says what it answers, and the function that it exports makes the answer. It runs
// at the host, so `session` is kept there too: an object for each visitor, found again by a cookie.

export const pattern = "GET /";

/** @type {Handler} */
export default function (_request, { session, render }) {
  session.visits = (session.visits ?? 0) + 1;
  return render("hello", { visits: session.visits, now: Date.now() });
}
