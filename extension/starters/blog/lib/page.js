// What the routes share.

/** @typedef {{ title: string, text: string, at: string }} Post */

/** @type {(context: Context) => Collection<Post>} */
export const posts = (context) => context.db.collection("posts");

/**
 * A page by its template. Every page is told whether the author reads it.
 *
 * @param {Context} context
 * @param {string} template
 */
export function page(context, template, data = {}, status = 200) {
  const text = context.render(template, { isAuthor: context.accounts.current !== null, ...data });
  return new Response(text, {
    status,
    headers: { "content-type": "text/html;charset=utf-8", "cache-control": "no-store" },
  });
}

/**
 * There is no such post.
 *
 * @param {Context} context
 */
export const missing = (context) => page(context, "missing", {}, 404);

/**
 * The sentence for an error that is the author's to mend: a password that is too short, too many attempts. Any other
 * error is one of the site, and goes on.
 *
 * @param {any} error
 */
export function sentence(error) {
  if (error.name !== "AccountError" && error.name !== "AttemptsError") throw error;
  return `${error.message[0].toUpperCase()}${error.message.slice(1)}.`;
}
