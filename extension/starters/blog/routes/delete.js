// For the author: takes a post away.

import { missing, posts } from "../lib/page.js";

export const pattern = "POST /posts/:id/delete";

/** @type {Handler} */
export default async function (_request, context) {
  context.accounts.required("/login");
  const deleted = await posts(context).delete(context.params.id);
  return deleted ? Response.redirect("/", 303) : missing(context);
}
