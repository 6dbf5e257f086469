// What a visitor sent, as routes of 2013 get it: one object of path, query and form or ajax data.

/** @typedef {string | Sent[] | { [name: string]: Sent }} Sent A value of name-value pairs. */
/** @typedef {{ [name: string]: unknown }} Params All values by their names; those of JSON can be anything. */

/**
 * An object of name-value pairs: a name that comes twice is a list; `a[]` is a list and `a[b]` an object, which is
 * how jQuery writes the lists and objects of ajax data.
 *
 * @param {Iterable<[name: string, value: string]>} pairs
 */
export function fromPairs(pairs) {
  /** @type {{ [name: string]: Sent }} */
  const params = {};
  for (const [name, value] of pairs) {
    const parts = /^([^[\]]+)((?:\[[^[\]]*\])*)$/.exec(name);
    const keys = parts ? [parts[1], ...parts[2].split(/[[\]]+/).slice(1, -1)] : [name];
    if (parts?.[2].endsWith("[]")) keys[keys.length - 1] === "" || keys.push("");
    put(params, keys, value);
  }
  return params;
}

/** Deeper brackets than this are no jQuery's. */
const DEPTH = 8;

/**
 * @param {{ [name: string]: Sent }} object
 * @param {string[]} keys
 * @param {string} value
 */
function put(object, [key, ...rest], value) {
  if (key === "__proto__") return;
  const own = Object.hasOwn(object, key);
  if (rest.length === 0 || rest.length > DEPTH) {
    object[key] = own ? /** @type {Sent[]} */ ([]).concat(object[key], [value]) : value;
    return;
  }
  const [next, ...deeper] = rest;
  const isItem = deeper.length === 0 && (next === "" || /^\d+$/.test(next));
  const held = own && typeof object[key] === "object" ? object[key] : isItem ? [] : {};
  if (isItem && Array.isArray(held)) {
    held.push(value);
    object[key] = held;
    return;
  }
  // A name among the items of a list makes an object of it.
  const members = /** @type {{ [name: string]: Sent }} */ (Array.isArray(held) ? { ...held } : held);
  object[key] = members;
  put(members, [next === "" ? String(Object.keys(members).length) : next, ...deeper], value);
}

/**
 * All that a request sent, over the path's values: what is sent by name counts more.
 *
 * @param {Request} request
 * @param {URL} url
 * @param {{ [name: string]: string }} path
 * @returns {Promise<Params>}
 */
export async function paramsOf(request, url, path) {
  const params = { ...path, ...fromPairs(url.searchParams) };
  const type = (request.headers.get("content-type") ?? "").split(";")[0].trim().toLowerCase();
  if (type === "application/x-www-form-urlencoded" || type === "multipart/form-data") {
    const form = [...await request.formData()];
    const texts = await Promise.all(form.map(async ([name, value]) => /** @type {[name: string, value: string]} */ (
      [name, typeof value === "string" ? value : await value.text()])));
    return { ...params, ...fromPairs(texts) };
  }
  if (type === "application/json") {
    const data = await request.json();
    return { ...params, ...(data !== null && typeof data === "object" ? data : {}) };
  }
  return params;
}
