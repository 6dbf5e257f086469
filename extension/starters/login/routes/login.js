// Logs in. What is wrong, the name or the password, is not said: nobody shall learn here who has an account.

import { fields, page, sentence } from "../lib/page.js";

export const pattern = "GET|POST /login";

/** @type {Handler} */
export default async function (request, context) {
  if (request.method !== "POST") return page(context, "login");

  const field = await fields(request);
  const name = field("name").trim();
  /** @type {(problem: string, status: number) => Response} */
  const refuse = (problem, status) => page(context, "login", { name, problem }, status);
  try {
    // The session gets another id, so that one which somebody saw before is of no use.
    if (await context.accounts.login(name, field("password"))) return Response.redirect("/members", 303);
  } catch (error) {
    return refuse(sentence(error), 429); // The host counts wrong passwords, and refuses after too many.
  }
  return refuse("This name and password do not belong together.", 403);
}
