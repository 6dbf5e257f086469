// The author's page: logs in with a password, or chooses one with the word of lib/author.js.

import { AUTHOR, setupWord } from "../lib/author.js";
import { page, sentence } from "../lib/page.js";

export const pattern = "GET|POST /login";

/** @type {Handler} */
export default async function (request, context) {
  const { accounts } = context;
  const hasAuthor = (await accounts.get(AUTHOR)) !== null;
  /** @type {(problems?: object, status?: number) => Response} */
  const show = (problems, status) =>
    page(context, "login", { hasAuthor, canSetUp: setupWord !== "", problems }, status);
  if (request.method !== "POST") return show();

  const sent = await request.formData();
  const password = String(sent.get("password") ?? "");
  if (!hasAuthor) {
    if (setupWord === "" || sent.get("word") !== setupWord) return show({ word: "This is not the word." }, 403);
    try {
      await accounts.create(AUTHOR, password);
    } catch (error) {
      return show({ password: sentence(error) }, 422);
    }
  }
  try {
    if (await accounts.login(AUTHOR, password)) return Response.redirect("/", 303);
  } catch (error) {
    return show({ password: sentence(error) }, 429); // The host counts wrong passwords, and refuses after too many.
  }
  return show({ password: "This is not the password." }, 403);
}
