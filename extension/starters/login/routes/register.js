// Makes an account. Its password is kept only as a salted hash (argon2id), so nobody can read it, the host neither.

import { fields, page, sentence } from "../lib/page.js";

export const pattern = "GET|POST /register";

/** @type {Handler} */
export default async function (request, context) {
  const { accounts } = context;
  if (request.method !== "POST") return page(context, "register");

  const field = await fields(request);
  const name = field("name").trim();
  /** @type {(problems: object, status: number) => Response} */
  const refuse = (problems, status) => page(context, "register", { name, problems }, status);
  if (!name) return refuse({ name: "Choose a name." }, 422);
  if (await accounts.get(name)) return refuse({ name: "Somebody has this name already. Choose another." }, 409);
  try {
    await accounts.create(name, field("password"));
  } catch (error) {
    return refuse({ password: sentence(error) }, 422);
  }
  await accounts.login(name, field("password"));
  return Response.redirect("/members", 303);
}
