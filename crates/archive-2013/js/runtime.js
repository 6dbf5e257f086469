// Runs the routes of a site of 2013.
//
// A route's code is the body of a function of its path's values and `params`, in loose mode, and it does not wait
// for anything. So everything it can ask for is there before it runs, but for the files that it reads: the first
// time that it asks for one, the file is read and the route runs again from the beginning, with nothing of the
// first time left.

import { sha256 } from "./hash.js";
import { paramsOf } from "./params.js";
import { TAFFY } from "./taffy.js";
import _ from "./underscore.js";

/** @typedef {import("./params.js").Params} Params */
/** @typedef {{ [column: string]: unknown }} Row A row of the database. */
/** @typedef {{ row: Row }} RowDocument */
/** @typedef {{ path: string, names: string[], match: string, code: string }} Route `match` is a regular expression. */
/** @typedef {{ route: Route, values: string[] }} Match */

/**
 * @typedef {object} World
 * @property {Params} params
 * @property {Row[]} rows
 * @property {object} session
 * @property {Map<string, string | null>} files
 * @property {(template: string, data: object) => string} render
 * @property {(count: number) => ArrayLike<number>} random
 * @property {Pick<Console, "log">} console
 */

/** @typedef {{ body: unknown, rows: Row[], session: object, wanted?: undefined }} Answered */
/** @typedef {Answered | { wanted: string }} Ran */

/** The collection that has the rows of the one database that a site had; each document is `{ row }`. */
export const ROWS = "archive-2013";

/** Files that one route may read: it runs once more for each. */
const FILES = 20;

/** Bytes that `cryptoRandom` gives at most. */
const RANDOM = 65_536;

/**
 * The first route, in the order of their paths, that the request's path is one of; with the path's values.
 *
 * @param {Route[]} routes
 * @param {string} path
 * @returns {Match | undefined}
 */
export function match(routes, path) {
  for (const route of routes) {
    const values = new RegExp(route.match).exec(path)?.slice(1);
    if (values) return { route, values };
  }
  return undefined;
}

/** What goes wrong when a route asks for a file that is not read yet. */
class NotRead extends Error {}

/**
 * Runs a route once. `world` is what it finds: `params`, `rows`, `session`, `files` (a map of texts, null for a
 * file that is not there), `render(template, data)`, `random(count)` (bytes), `console`.
 *
 * Gives `{ body, rows, session }`, or `{ wanted }`: the file to read before it can run.
 *
 * @param {Route} route
 * @param {string[]} values
 * @param {World} world
 * @returns {Ran}
 */
export function run({ names, code, path }, values, world) {
  const database = TAFFY(structured(world.rows));
  const session = structured(world.session);
  /** @type {string | undefined} */
  let wanted;
  const scope = {
    database,
    userDatabase: database,
    session,
    clientSession: session,
    static_file(/** @type {unknown} */ name) {
      const file = String(name).replace(/^\.?\//, "");
      if (!world.files.has(file)) {
        wanted ??= file;
        throw new NotRead(file);
      }
      const text = world.files.get(file);
      if (text === null) throw new Error(`there is no file ${file}`);
      return text;
    },
    render_template: (/** @type {unknown} */ name, /** @type {object | null | undefined} */ data) =>
      world.render(String(name), data ?? {}),
    hash: sha256,
    cryptoRandom: (/** @type {unknown} */ count) =>
      hex(world.random(Math.min(Math.max(0, Math.trunc(Number(count)) || 0), RANDOM))),
    _,
    TAFFY,
    console: world.console,
  };
  try {
    const make = new Function(...Object.keys(scope), `return function(${[...names, "params"].join(", ")}) {${code}\n};\n//# sourceURL=${path}`);
    const body = make.apply(undefined, Object.values(scope)).call(globalThis, ...values, world.params);
    if (wanted === undefined) return { body, rows: database().get().map(plain), session };
  } catch (error) {
    if (wanted === undefined) throw error;
  }
  return { wanted };
}

const structured = (/** @type {unknown} */ value) => JSON.parse(JSON.stringify(value ?? null)) ?? {};

const hex = (/** @type {ArrayLike<number>} */ bytes) =>
  Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");

/**
 * A row without what TaffyDB keeps in it.
 *
 * @param {Row} row
 * @returns {Row}
 */
function plain(row) {
  const { ___id, ___s, ...own } = row;
  return own;
}

/**
 * Answers a request with the route that its path is one of. The root is what answers `/index`.
 *
 * @param {Request} request
 * @param {Context} context
 * @param {Route[]} routes
 */
export async function answer(request, context, routes) {
  const url = new URL(request.url);
  const isRoot = url.pathname === "/";
  /** @type {Match | { route?: undefined, values?: undefined }} */
  const { route, values } = match(routes, isRoot ? "/index" : url.pathname) ?? {};
  if (!route) return page(await read(context, "404.html") ?? "404 - page not found", 404);
  try {
    return await answerWith(route, values, request, url, context);
  } catch (error) {
    const index = isRoot ? await read(context, "index.html") : null;
    if (index === null) throw error;
    context.log.error(error);
    return page(index, 200);
  }
}

/**
 * @param {Route} route
 * @param {string[]} values
 * @param {Request} request
 * @param {URL} url
 * @param {Context} context
 */
async function answerWith(route, values, request, url, context) {
  const path = Object.fromEntries(route.names.map((name, i) => [name, values[i]]));
  const params = await paramsOf(request, url, path);
  const usesRows = /\b(database|userDatabase)\b/.test(route.code);
  /** @type {Collection<RowDocument>} */
  const rows = context.db.collection(ROWS);
  const stored = usesRows ? await rows.find({}) : [];
  /** @type {Omit<World, "params">} */
  const world = {
    rows: stored.map((document) => document.row),
    session: { ...context.session },
    files: new Map(),
    render: (name, data) => context.render(`archive-2013/${name}`, data),
    random: (count) => crypto.getRandomValues(new Uint8Array(count)),
    console,
  };
  /** @type {Ran} */
  let ran;
  do {
    if (world.files.size > FILES) throw new Error(`${route.path} reads more than ${FILES} files`);
    ran = run(route, values, { ...world, params: structuredClone(params) });
    if (ran.wanted !== undefined) world.files.set(ran.wanted, await read(context, ran.wanted));
  } while (ran.wanted !== undefined);
  if (usesRows) await keep(rows, stored, ran.rows);
  if (JSON.stringify(ran.session) !== JSON.stringify(world.session)) context.session = ran.session;
  return response(ran.body);
}

/**
 * Stores what changed of the rows. Rows keep their order, and TaffyDB has new ones at the end.
 *
 * @param {Collection<RowDocument>} rows
 * @param {Stored<RowDocument>[]} stored
 * @param {Row[]} now
 */
async function keep(rows, stored, now) {
  const before = stored.map((document) => JSON.stringify(document.row));
  const after = now.map((row) => JSON.stringify(row));
  if (before.length <= after.length && before.every((row, i) => row === after[i])) {
    for (const row of now.slice(before.length)) await rows.insert({ row });
    return;
  }
  // Something in the middle changed: what is the same at its place stays, the rest follows.
  const shared = Math.min(before.length, after.length);
  for (let i = 0; i < shared; i++) if (before[i] !== after[i]) await rows.put(stored[i].id, { row: now[i] });
  for (const document of stored.slice(shared)) await rows.delete({ id: document.id });
  for (const row of now.slice(shared)) await rows.insert({ row });
}

/**
 * A file of the site as routes had it: text, and pictures as data addresses.
 *
 * @param {Context} context
 * @param {string} name
 */
async function read(context, name) {
  const file = await context.files.read(`public/${name}`);
  if (file === null) return null;
  if (!file.type.startsWith("image/") || file.type === "image/svg+xml") return file.text();
  const bytes = new Uint8Array(await file.arrayBuffer());
  return `data:${file.type};base64,${btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""))}`;
}

/**
 * What a route returned, as a page. What counts as false was an empty page.
 *
 * @param {unknown} body
 */
function response(body) {
  if (body && typeof body === "object") return Response.json(body);
  return page(body ? String(body) : "", 200);
}

const page = (/** @type {string} */ text, /** @type {number} */ status) =>
  new Response(text, { status, headers: { "content-type": "text/html; charset=utf-8" } });
