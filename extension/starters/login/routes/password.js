// Changes the password of who is logged in, if the old one is right.

import { fields, page, sentence } from "../lib/page.js";

export const pattern = "GET|POST /password";

/** @type {Handler} */
export default async function (request, context) {
  const name = context.accounts.required("/login");
  if (request.method !== "POST") return page(context, "password");

  const field = await fields(request);
  /** @type {(problems: object, status: number) => Response} */
  const refuse = (problems, status) => page(context, "password", { problems }, status);
  try {
    if (!(await context.accounts.verify(name, field("old")))) return refuse({ old: "This is not your password." }, 403);
  } catch (error) {
    return refuse({ old: sentence(error) }, 429);
  }
  try {
    await context.accounts.setPassword(name, field("new"));
  } catch (error) {
    return refuse({ new: sentence(error) }, 422);
  }
  context.session.renew();
  return Response.redirect("/members?changed", 303);
}
