// The tick before an item. The form says which way it goes, so a second click on the same button changes nothing.

import { changed, gone, items } from "../lib/list.js";

export const pattern = "POST /items/:id/tick";

/** @type {Handler} */
export default async function (request, context) {
  const done = (await request.formData()).get("done") === "yes";
  const item = await items(context).get(context.params.id);
  if (!item) return gone(context);
  await items(context).update(item.id, { done });
  return changed(context, done ? `${item.text}: done.` : `${item.text} is needed after all.`);
}
