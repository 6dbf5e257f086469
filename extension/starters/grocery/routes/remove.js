// Takes one item off the list, or all that are ticked.

import { changed, gone, items } from "../lib/list.js";

export const pattern = ["POST /items/:id/remove", "POST /clear"];

/** @type {Handler} */
export default async function (_request, context) {
  if (context.params.id === undefined) {
    await items(context).delete({ done: true });
    return changed(context, "What was ticked is off the list.");
  }
  const item = await items(context).get(context.params.id);
  if (!item) return gone(context);
  await items(context).delete(item.id);
  return changed(context, `${item.text} is off the list.`);
}
