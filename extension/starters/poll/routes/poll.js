// The page, and the vote.
//
// One vote a session: the voter's id is the id of the vote, so whoever votes again changes the vote that is there.
// That is fair among friends. Somebody who throws cookies away can vote again; if that matters, have voters log in.

import { choices, page, voter, votes } from "../lib/poll.js";

export const pattern = "GET|POST /";

/** @type {Handler} */
export default async function (request, context) {
  if (request.method !== "POST") return page(context);

  const choice = String((await request.formData()).get("choice") ?? "");
  if (!choices.some(({ id }) => id === choice)) return page(context, "Choose one of the answers.", 422);

  await votes(context).index("choice"); // So counting stays quick. If it is there, nothing happens.
  await votes(context).put(voter(context), { choice });
  const count = await votes(context).count();
  context.events.publish("poll", count === 1 ? "1 vote so far." : `${count} votes so far.`);
  return Response.redirect("/", 303);
}
