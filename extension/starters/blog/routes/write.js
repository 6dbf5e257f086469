// For the author: a new post, or another version of one. Both have the same form.

import { missing, page, posts } from "../lib/page.js";
import { freeSlug } from "../lib/slug.js";

export const pattern = ["GET|POST /write", "GET|POST /posts/:id/edit"];

const TITLE = 120; // Characters, as in templates/write.hbs.
const TEXT = 100_000;

/** @type {Handler} */
export default async function (request, context) {
  context.accounts.required("/login");
  const { id } = context.params; // None for a new post.
  /** @type {Partial<import("../lib/page.js").Post> | null} */
  const post = id === undefined ? {} : await posts(context).get(id);
  if (!post) return missing(context);
  if (request.method !== "POST") return page(context, "write", { id, form: post });

  const sent = await request.formData();
  const title = String(sent.get("title") ?? "").trim();
  const text = String(sent.get("text") ?? "").replace(/\r\n?/g, "\n").trim();
  const problems = {};
  if (!title) problems.title = "Write a title.";
  else if (title.length > TITLE) problems.title = `A title has at most ${TITLE} characters.`;
  if (!text) problems.text = "Write something.";
  else if (text.length > TEXT) problems.text = `A post has at most ${TEXT} characters; this one has ${text.length}.`;
  if (Object.keys(problems).length > 0) return page(context, "write", { id, form: { title, text }, problems }, 422);

  const slug = id ?? (await freeSlug(posts(context), title));
  await posts(context).put(slug, { title, text, at: post.at ?? new Date().toISOString() });
  return Response.redirect(`/posts/${encodeURIComponent(slug)}`, 303);
}
