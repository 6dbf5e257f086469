// Logs out. It is a POST, so that no link or picture elsewhere can do it.

export const pattern = "POST /logout";

export default function (request, context) {
  context.accounts.logout();
  return Response.redirect("/", 303);
}
