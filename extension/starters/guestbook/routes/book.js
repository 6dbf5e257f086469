// The page, and what its form sends.

import { NAME, TEXT, entries, page } from "../lib/book.js";

export const pattern = "GET|POST /";

/** @type {Handler} */
export default async function (request, context) {
  if (request.method !== "POST") return page(context, { name: context.session.name });

  const sent = await request.formData();
  const name = String(sent.get("name") ?? "").trim();
  const text = String(sent.get("text") ?? "").replace(/\r\n?/g, "\n").trim(); // Forms send line breaks as two signs.

  const problems = {};
  if (!name) problems.name = "Write your name.";
  else if (name.length > NAME) problems.name = `A name has at most ${NAME} characters.`;
  if (!text) problems.text = "Write something.";
  else if (text.length > TEXT) problems.text = `An entry has at most ${TEXT} characters; this one has ${text.length}.`;
  if (Object.keys(problems).length > 0) return page(context, { name, text }, problems, 422);

  await entries(context).insert({ name, text, at: new Date().toISOString() });
  context.session.name = name; // Next time it stands in the field already.
  context.events.publish("book", `${name} has signed.`); // It leaves only if all of this succeeds.
  return Response.redirect("/", 303); // So loading the page again does not sign again.
}
