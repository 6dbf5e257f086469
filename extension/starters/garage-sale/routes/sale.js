// The page, and its form for a new item: fields and a file, so it is sent as multipart/form-data.

import { check } from "../lib/photo.js";
import { CONTACT, TITLE, changed, isFull, items, me, page } from "../lib/sale.js";

export const pattern = "GET|POST /";

const HIGHEST_PRICE = 100_000;

/** @type {Handler} */
export default async function (request, context) {
  if (request.method !== "POST") return page(context);

  const sent = await request.formData(); // First of all: reading takes a while, and nobody has to wait for us yet.
  const [title, price, contact] = ["title", "price", "contact"].map((name) => String(sent.get(name) ?? "").trim());
  const photo = sent.get("photo");

  const problems = {};
  let status = 422;
  if (!title) problems.title = "Write what it is.";
  else if (title.length > TITLE) problems.title = `At most ${TITLE} characters.`;
  const amount = Number(price.replace(",", ".")); // Nothing is 0, which is free.
  if (!(amount >= 0 && amount <= HIGHEST_PRICE)) problems.price = "Write a number such as 4 or 2.50; 0 is free.";
  if (!contact) problems.contact = "Write where to find you.";
  else if (contact.length > CONTACT) problems.contact = `At most ${CONTACT} characters.`;

  let path = null;
  if (photo instanceof File && photo.size > 0) { // A form without a photo sends an empty one.
    const checked = await check(photo);
    if (checked.problem !== undefined) [problems.photo, status] = [checked.problem, checked.status];
    else path = checked.path;
  }
  if (await isFull(context)) [problems.title, status] = ["The sale is full. Come back when something is gone.", 409];
  if (Object.keys(problems).length > 0) {
    // A browser does not let a page fill in a file; it has to be chosen again.
    if (path) problems.photo = "Choose the photo again.";
    return page(context, { title, price, contact }, problems, status);
  }

  if (path && photo) await context.files.write(`public/${path}`, photo);
  await items(context).insert({
    title,
    price: Math.round(amount * 100) / 100,
    contact,
    photo: path && `/${path}`,
    seller: me(context),
    claimedBy: null,
  });
  return changed(context, `New: ${title}.`);
}
