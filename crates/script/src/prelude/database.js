// context.db: the site's database. A request is a transaction: it begins with the first use, is kept when the
// handler returns and undone when it throws. Others wait meanwhile, so the engine lets it begin only when the
// request's body is there. What a streamed body does after the handler
// has returned is kept piece by piece.

import { ask } from "peerserver:ask";
import { here, placed, withStatus } from "peerserver:errors";
import { host } from "peerserver:host";

/** @type {{ [name: string]: number | null }} */
const STATUSES = { __proto__: null, AccountError: 422, AttemptsError: 429 }; // If no handler catches them.

/** @type {Promise<undefined> | null} */
let holding = null; // The promise of the transaction, once it was asked for.
let handled = false; // The handler has returned; each operation is a transaction of its own.

/**
 * @template {keyof DataOperations} Operation
 * @param {Operation} operation
 * @param {Parameters<DataOperations[Operation]>} args
 * @returns {ReturnType<DataOperations[Operation]>}
 */
const operate = (operation, args) => JSON.parse(host.data(operation, JSON.stringify(args)));

/**
 * One operation in the request's transaction.
 * @template {keyof DataOperations} Operation
 * @param {Operation} operation
 * @param {Parameters<DataOperations[Operation]>} args
 */
export const inTransaction = (operation, ...args) => run(here(), operation, args);

/**
 * @template {keyof DataOperations} Operation
 * @param {string | undefined} stack
 * @param {Operation} operation
 * @param {Parameters<DataOperations[Operation]>} args
 * @returns {Promise<ReturnType<DataOperations[Operation]>>}
 */
async function run(stack, operation, args) {
  try {
    if (handled) return await alone(operation, args);
    holding ??= ask((ticket) => host.lock(ticket, handled));
    await holding;
    return operate(operation, args);
  } catch (error) {
    const status = STATUSES[/** @type {Error} */ (error)?.name];
    if (status) withStatus(/** @type {Error} */ (error), status);
    throw placed(error, stack);
  }
}

/**
 * One operation in a transaction of its own.
 * @template {keyof DataOperations} Operation
 * @param {Operation} operation
 * @param {Parameters<DataOperations[Operation]>} args
 * @returns {Promise<ReturnType<DataOperations[Operation]>>}
 */
async function alone(operation, args) {
  await ask((ticket) => host.lock(ticket, handled));
  let kept = false;
  try {
    const result = operate(operation, args);
    kept = true;
    return result;
  } finally {
    await ask((ticket) => host.finish(ticket, kept, undefined, ""));
  }
}

/**
 * The handler is done: what it did is kept, and the session with it (JSON, or undefined if nobody looked at it),
 * or all of it is undone. The session's cookie, if the answer must have one.
 * @param {boolean} keep
 * @param {string | undefined} session
 * @param {SessionWish} wish
 */
export async function finish(keep, session, wish) {
  handled = true;
  if (keep && session !== undefined) holding ??= ask((ticket) => host.lock(ticket, handled));
  if (!holding) return undefined;
  await holding;
  return ask((ticket) => host.finish(ticket, keep, session, wish));
}

/** @typedef {Row[] & { readonly changes: number }} Rows */

/** A question for documents: nothing is done before it is awaited. */
class Query {
  #collection;
  #filter;
  /** @type {Question["sort"]} */
  #sort = [];
  #limit = Infinity;
  #skip = 0;
  #stack = here(); // An awaited query is run by the engine, which knows no caller.

  /**
   * @param {string} collection
   * @param {unknown} filter
   */
  constructor(collection, filter) {
    this.#collection = collection;
    this.#filter = filter;
  }

  /**
   * By a field, or by several: `sort("name")`, `sort("age", -1)`, `sort({ age: -1, name: 1 })`.
   * @param {string | Fields} field
   * @param {unknown} [direction]
   */
  sort(field, direction = 1) {
    /** @type {[name: string, way: unknown][]} */
    const fields = typeof field === "string" ? [[field, direction]] : Object.entries(field);
    for (const [name, way] of fields) this.#sort.push([name, way === "desc" ? -1 : Number(way) || 1]);
    return this;
  }

  /** @param {number} count */
  limit(count) {
    this.#limit = amount(count, "limit");
    return this;
  }

  /** @param {number} count */
  skip(count) {
    this.#skip = amount(count, "skip");
    return this;
  }

  all() {
    return this.#find(this.#limit);
  }

  async first() {
    const [document = null] = await this.#find(Math.min(this.#limit, 1));
    return document;
  }

  /** How many `all` gives. */
  async count() {
    const found = await run(this.#stack, "count", [this.#collection, this.#filter]);
    return Math.min(Math.max(found - this.#skip, 0), this.#limit);
  }

  /** @param {number} limit */
  #find(limit) {
    // Infinity is not in JSON; no limit is the same.
    const bound = Number.isFinite(limit) ? limit : undefined;
    const question = { filter: this.#filter, sort: this.#sort, limit: bound, skip: this.#skip };
    return run(this.#stack, "find", [this.#collection, question]);
  }

  /**
   * @template [Result=StoredDocument[]]
   * @template [Instead=never]
   * @param {((documents: StoredDocument[]) => Result | PromiseLike<Result>) | null} [resolve]
   * @param {((reason: unknown) => Instead | PromiseLike<Instead>) | null} [reject]
   */
  then(resolve, reject) {
    return this.all().then(resolve, reject);
  }

  async *[Symbol.asyncIterator]() {
    yield* await this.all();
  }
}

class Collection {
  #name;

  /** @param {unknown} name */
  constructor(name) {
    this.#name = String(name);
  }

  /**
   * Puts a document in; gives its id.
   * @param {unknown} document
   */
  insert = (document) => inTransaction("insert", this.#name, document);
  /**
   * The document with an id, or null.
   * @param {unknown} id
   */
  get = (id) => inTransaction("get", this.#name, String(id));
  /**
   * Puts a document in under an id, whether or not there was one.
   * @param {unknown} id
   * @param {unknown} document
   */
  put = (id, document) => {
    if (id === undefined || id === null) throw new TypeError(`the id is ${id}; insert() makes one`);
    return inTransaction("put", this.#name, String(id), document);
  };
  /** @param {unknown} [filter] */
  find = (filter = {}) => new Query(this.#name, comparable(filter));
  /**
   * How many were changed.
   * @param {unknown} filter
   * @param {unknown} change
   */
  update = (filter, change) => inTransaction("update", this.#name, byId(filter), change);
  /**
   * How many were deleted.
   * @param {unknown} filter
   */
  delete = (filter) => inTransaction("delete", this.#name, byId(filter));
  /** @param {unknown} [filter] */
  count = (filter = {}) => inTransaction("count", this.#name, comparable(filter));
  /**
   * Makes an index over fields, if it is not there.
   * @param {unknown} fields
   * @param {{ unique?: boolean }} [options]
   */
  index = (fields, { unique = false } = {}) => inTransaction("index", this.#name, [fields].flat(), unique);
  drop = () => inTransaction("drop", this.#name);
}

/**
 * A filter; an id alone stands for the document that has it.
 * @param {unknown} filter
 */
const byId = (filter) => (typeof filter === "string" ? { id: filter } : comparable(filter));

/**
 * The filter, if JSON can hold all of it. JSON leaves out what is undefined, so `{ owner: undefined }` would select
 * every document, and writes NaN as null, so `{ year: NaN }` would select those without a year.
 * @param {unknown} filter
 */
function comparable(filter) {
  JSON.stringify(filter, (name, value) => {
    const lost = value === undefined || typeof value === "function" || typeof value === "symbol" ||
      (typeof value === "number" && !Number.isFinite(value));
    if (!lost) return value;
    const what = typeof value === "function" ? "a function" : String(value);
    throw new TypeError(
      name === "" ? `the filter is ${what}; write {} for all documents` : `in the filter, \`${name}\` is ${what}, which no document can have`,
    );
  });
  return filter;
}

/**
 * A number of documents: a whole number from 0 on, or Infinity.
 * @param {unknown} count
 * @param {string} name
 */
function amount(count, name) {
  const number = Math.trunc(Number(count));
  if (count === undefined || count === null || Number.isNaN(number)) throw new TypeError(`${name}() needs a number, not ${count}`);
  return Math.max(0, number);
}

export const db = {
  /** @param {unknown} name */
  collection: (name) => new Collection(name),

  /**
   * Rows of a statement: db.sql`select * from guests where id = ${id}`. Values never become part of the text.
   * @param {TemplateStringsArray} texts
   * @param {unknown[]} values
   * @returns {Promise<Rows>}
   */
  async sql(texts, ...values) {
    if (!Array.isArray(texts?.raw)) throw new TypeError("write db.sql`select …`, without parentheses; values go in as ${value}");
    const { rows, changes } = await inTransaction("sql", texts.join("?"), values.map(cell));
    return /** @type {Rows} */ (Object.defineProperty(rows, "changes", { value: changes }));
  },
};

/**
 * A value as SQLite takes it.
 * @param {unknown} value
 */
function cell(value) {
  if (value === undefined) return null;
  if (value instanceof Date) return value.toISOString();
  if (typeof value === "bigint") return { $integer: String(value) };
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) {
    const bytes = new Uint8Array(
      /** @type {Uint8Array} */ (value).buffer ?? value,
      /** @type {Uint8Array} */ (value).byteOffset ?? 0,
      value.byteLength,
    );
    return { $blob: btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join("")) };
  }
  return value;
}
