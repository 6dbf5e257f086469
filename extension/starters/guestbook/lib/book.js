// The book: its entries, and the page that shows them.

const SHOWN = 100; // The newest so many are on the page; older ones stay in the database.

export const NAME = 60; // Characters of a name, as in templates/book.hbs.
export const TEXT = 1000; // Characters of an entry.

/** @type {(context: Context) => Collection<{ name: string, text: string, at: string }>} */
export const entries = (context) => context.db.collection("entries");

/**
 * The page. `form` is what stands in the fields, `problems` what is wrong with it.
 *
 * @param {Context} context
 * @param {object} form
 */
export async function page(context, form, problems = {}, status = 200) {
  const list = await entries(context).find().sort("at", -1).limit(SHOWN);
  const total = await entries(context).count();
  const text = context.render("book", { list, total, form, problems });
  return new Response(text, { status, headers: { "content-type": "text/html;charset=utf-8" } });
}
