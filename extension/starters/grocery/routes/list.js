// The page, and its form for a new item.

import { TEXT, changed, isFull, items, page } from "../lib/list.js";

export const pattern = "GET|POST /";

/** @type {Handler} */
export default async function (request, context) {
  if (request.method !== "POST") return page(context);

  const text = String((await request.formData()).get("text") ?? "").trim();
  /** @type {(problem: string, status: number) => Promise<Response>} */
  const refuse = (problem, status) => page(context, { text }, { text: problem }, status);
  if (!text) return refuse("Write what is needed.", 422);
  if (text.length > TEXT) return refuse(`An item has at most ${TEXT} characters.`, 422);
  if (await isFull(context)) return refuse("The list is full. Clear what is ticked first.", 409);

  await items(context).insert({ text, done: false });
  return changed(context, `${text} was added.`);
}
