// The list: its items, and the page that shows them.

const MOST = 200; // Items on the list.

export const TEXT = 80; // Characters of an item, as in templates/list.hbs.

/** @type {(context: Context) => Collection<{ text: string, done: boolean }>} */
export const items = (context) => context.db.collection("items");

/** @param {Context} context */
export const isFull = async (context) => (await items(context).count()) >= MOST;

/**
 * The page. `form` is what stands in the field, `problems` what is wrong: with it, or with the list.
 *
 * @param {Context} context
 */
export async function page(context, form = {}, problems = {}, status = 200) {
  const list = await items(context).find().sort("done"); // What is still to be bought comes first.
  const left = list.filter((item) => !item.done).length;
  const text = context.render("list", { list, left, ticked: list.length - left, form, problems });
  return new Response(text, { status, headers: { "content-type": "text/html;charset=utf-8" } });
}

/**
 * Somebody else was quicker.
 *
 * @param {Context} context
 */
export const gone = (context) => page(context, {}, { list: "That item is not on the list any more." }, 404);

/**
 * Tells all who have the page open, and shows it anew.
 *
 * @param {Context} context
 * @param {string} sentence
 */
export function changed(context, sentence) {
  context.events.publish("list", sentence);
  return Response.redirect("/", 303);
}
