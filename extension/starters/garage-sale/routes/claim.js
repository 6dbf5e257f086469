// First come, first served: two visitors may click at the same moment, but requests are transactions, one after the
// other. The update takes only an item that nobody has claimed, so it finds it once.

import { changed, gone, items, me, refuse } from "../lib/sale.js";

export const pattern = "POST /items/:id/claim";

/** @type {Handler} */
export default async function (_request, context) {
  const visitor = me(context);
  const item = await items(context).get(context.params.id);
  if (!item) return gone(context);
  if (item.seller === visitor) return refuse(context, "This is your own.", 409);
  const won = await items(context).update({ id: item.id, claimedBy: null }, { claimedBy: visitor });
  if (won) return changed(context, `${item.title} is claimed.`);
  if (item.claimedBy === visitor) return Response.redirect("/", 303); // A second click.
  return refuse(context, `Somebody was quicker: ${item.title} is claimed already.`, 409);
}
