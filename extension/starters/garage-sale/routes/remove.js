// Whoever offers an item, and nobody else, can take it out of the sale.

import { changed, gone, items, me, refuse } from "../lib/sale.js";

export const pattern = "POST /items/:id/remove";

/** @type {Handler} */
export default async function (_request, context) {
  const item = await items(context).get(context.params.id);
  if (!item) return gone(context);
  if (item.seller !== me(context)) return refuse(context, "Only who offers it can take it away.", 403);
  await items(context).delete(item.id);
  if (item.photo) await context.files.delete(`public${item.photo}`);
  return changed(context, `${item.title} is gone.`);
}
