// The sale: its items, who is who, and the page.
//
// An item: { title, price, contact, photo: an address or null, seller, claimedBy: ids of sessions or null }.

const CURRENCY = "€";
const MOST = 60; // Items in the sale: with their photos, they lie in the host's browser.

export const TITLE = 80; // Characters, as in templates/sale.hbs.
export const CONTACT = 120;

/**
 * @typedef {{ title: string, price: number, contact: string, photo: string | null, seller: string,
 *   claimedBy: string | null }} Item
 */

/** @type {(context: Context) => Collection<Item>} */
export const items = (context) => context.db.collection("items");

/** @param {Context} context */
export const isFull = async (context) => (await items(context).count()) >= MOST;

/**
 * Who is asking: a random id in the session. A visitor gets it with the page, before there is anything to click.
 *
 * @type {(context: Context) => string}
 */
export const me = (context) => (context.session.me ??= crypto.randomUUID());

/**
 * The page. `form` is what stands in the fields, `problems` what is wrong: with them, or with a claim.
 *
 * @param {Context} context
 */
export async function page(context, form = {}, problems = {}, status = 200) {
  const visitor = me(context);
  const found = await items(context).find();
  const list = found.reverse().map(({ seller, claimedBy, ...item }) => ({
    ...item, // The ids of others stay here: who knows one could not use it, but nobody needs it either.
    isMine: seller === visitor,
    isClaimed: Boolean(claimedBy),
    isClaimedByMe: claimedBy === visitor,
  }));
  const free = list.filter((item) => !item.isClaimed).length;
  const text = context.render("sale", { list, free, form, problems, currency: CURRENCY });
  return new Response(text, { status, headers: { "content-type": "text/html;charset=utf-8" } });
}

/**
 * What a visitor wanted to do with an item cannot be done: the page, and why.
 *
 * @param {Context} context
 * @param {string} problem
 * @param {number} status
 */
export const refuse = (context, problem, status) => page(context, {}, { list: problem }, status);

/** @param {Context} context */
export const gone = (context) => refuse(context, "That item is not for sale any more.", 404);

/**
 * Tells all who have the page open, and shows it anew.
 *
 * @param {Context} context
 * @param {string} sentence
 */
export function changed(context, sentence) {
  context.events.publish("sale", sentence);
  return Response.redirect("/", 303);
}
