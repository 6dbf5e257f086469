// What the routes share: showing a page, and saying what was wrong.

/**
 * A page by its template. Every page is told who is logged in. None is stored by browsers, and public/leave.js sees to
 * what they keep without storing it: after logging out, the Back button must not show what members see.
 *
 * @param {Context} context
 * @param {string} template
 */
export function page(context, template, data = {}, status = 200) {
  const text = context.render(template, { member: context.accounts.current, ...data });
  return new Response(text, {
    status,
    headers: { "content-type": "text/html;charset=utf-8", "cache-control": "no-store" },
  });
}

/**
 * A form's fields as texts. Passwords are taken as they were typed, names without spaces around them.
 *
 * @param {Request} request
 * @returns {Promise<(name: string) => string>}
 */
export async function fields(request) {
  const form = await request.formData();
  return (name) => String(form.get(name) ?? "");
}

/**
 * The sentence for an error that is the visitor's to mend: a password that is too short, a name that nobody can have,
 * too many attempts. Any other error is one of the site, and goes on.
 *
 * @param {any} error
 */
export function sentence(error) {
  if (error.name !== "AccountError" && error.name !== "AttemptsError") throw error;
  return `${error.message[0].toUpperCase()}${error.message.slice(1)}.`;
}
