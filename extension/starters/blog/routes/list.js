// The first page: the posts, the newest first, each with its first paragraph.

import { page, posts } from "../lib/page.js";

export const pattern = "GET /";

const SHOWN = 100; // Posts on the page.

/** @type {Handler} */
export default async function (_request, context) {
  const found = await posts(context).find().sort("at", -1).limit(SHOWN);
  const list = found.map(({ text, ...post }) => ({ ...post, lead: text.split(/\n\s*\n/)[0] }));
  return page(context, "list", { list });
}
