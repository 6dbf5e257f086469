// Whoever claimed an item, and nobody else, can let go of it.

import { changed, gone, items, me, refuse } from "../lib/sale.js";

export const pattern = "POST /items/:id/unclaim";

/** @type {Handler} */
export default async function (_request, context) {
  const item = await items(context).get(context.params.id);
  if (!item) return gone(context);
  const freed = await items(context).update({ id: item.id, claimedBy: me(context) }, { claimedBy: null });
  if (!freed) return refuse(context, "You have no claim on this.", 403);
  return changed(context, `${item.title} is free again.`);
}
