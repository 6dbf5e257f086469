// Logs out: the session is forgotten. It is a POST, so that no link or picture elsewhere can do it.

export const pattern = "POST /logout";

/** @type {Handler} */
export default function (_request, context) {
  context.accounts.logout();
  return Response.redirect("/", 303);
}
