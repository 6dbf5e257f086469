// For members: `required` sends everybody else to the login page.

import { page } from "../lib/page.js";

export const pattern = "GET /members";

/** @type {Handler} */
export default async function (_request, context) {
  const name = context.accounts.required("/login");
  const account = await context.accounts.get(name);
  const changed = context.query.has("changed");
  return page(context, "members", { since: account && account.created * 1000, changed });
}
