// One post.

import { missing, page, posts } from "../lib/page.js";

export const pattern = "GET /posts/:id";

/** @type {Handler} */
export default async function (_request, context) {
  const post = await posts(context).get(context.params.id);
  return post ? page(context, "post", { post }) : missing(context);
}
