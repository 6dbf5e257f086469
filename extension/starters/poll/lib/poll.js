// The poll. What is asked stands in question.json: change it there. Votes are counted by the `id` of a choice, so its
// text can be corrected later; for another question, take other ids.

import poll from "./question.json";

export const { choices } = poll;

/** @type {(context: Context) => Collection<{ choice: string }>} */
export const votes = (context) => context.db.collection("votes");

/**
 * Who votes: a random id in the session. A visitor gets it with the page, before there is anything to click.
 *
 * @type {(context: Context) => string}
 */
export const voter = (context) => (context.session.voter ??= crypto.randomUUID());

/**
 * The page, with the votes as they are now.
 *
 * @param {Context} context
 */
export async function page(context, problem = "", status = 200) {
  const mine = (await votes(context).get(voter(context)))?.choice;
  /** @type {{ id: string, text: string, count: number, mine: boolean, percent?: number }[]} */
  const results = [];
  let total = 0;
  for (const { id, text } of choices) {
    const count = await votes(context).count({ choice: id });
    results.push({ id, text, count, mine: id === mine });
    total += count;
  }
  for (const result of results) result.percent = total ? Math.round((result.count / total) * 100) : 0;
  const text = context.render("poll", { question: poll.question, results, total, voted: mine !== undefined, problem });
  return new Response(text, { status, headers: { "content-type": "text/html;charset=utf-8" } });
}
