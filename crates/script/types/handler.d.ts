// What the modules of a site's `routes/` and `lib/` find: names of the web platform, and the types of what a handler
// gets. See docs/routes.md and docs/database.md.
//
// For an editor, copy this file beside a site's folders, with a `jsconfig.json`:
//
// {
//   "compilerOptions": {
//     "checkJs": true, "strict": true, "target": "esnext", "lib": ["esnext"], "types": [],
//     "module": "esnext", "moduleResolution": "bundler", "paths": { "/*": ["./*"] }
//   },
//   "include": ["routes", "lib", "handler.d.ts"]
// }
//
// There is no "dom" in "lib": the scripts of `public/` run in browsers and find other names. What "esnext" has and a
// handler does not are `SharedArrayBuffer` and `Atomics`.

// A route.

/** Answers a request: what a route's module exports by default. Write `@type {Handler}` in a comment above it. */
type Handler = (request: Request, context: Context) => Answer | Promise<Answer>;

/**
 * What a handler may return. A `Response` is sent as it says. Text that `context.render` gave is HTML, any other text
 * is plain. A `Blob`, bytes, a form or a `ReadableStream` is a body, a generator is streamed piece by piece, and any
 * other object, list, number or `null` is sent as JSON. Returning nothing is an error.
 */
type Answer = Response | string | number | boolean | object | null;

/** What a route answers: `GET /guests/:id`, `GET|POST /write`, `* /files/*path`. A route exports one or a list. */
type Pattern = `${string} /${string}`;

/** What a handler gets besides the request. */
interface Context {
  /** The pattern's parameters, decoded: of `/guests/:id`, `id`. Those of a route's other patterns are missing. */
  readonly params: Record<string, string>;
  /** The address's query. */
  readonly query: URLSearchParams;
  /** What the host keeps for this visitor. */
  get session(): Session;
  /** Puts other data in the place of all that is in the session. */
  set session(data: object);
  /** Names with passwords. */
  readonly accounts: Accounts;
  /** The site's database. */
  readonly db: SiteDatabase;
  /** Messages between requests, and live pages. */
  readonly events: Events;
  /** The site's own files. */
  readonly files: Files;
  /** Gives a template's text with this data: `templates/guests/list.hbs` is `guests/list`. */
  render(template: string, data?: object): string;
  /** Who asks. */
  readonly visitor: Visitor;
  /** The same as `console`: entries in the site's log. */
  readonly log: Console;
}

/** Who asks. */
interface Visitor {
  /** Opaque; the same for all requests of one connection. */
  readonly id: string;
  /** How the visitor is connected, such as `direct` or `relay`. */
  readonly transport: string;
}

// Sessions and accounts.

/**
 * What the host keeps for one visitor: values that can be written as JSON, at most 16 KiB in all. It is part of the
 * request's transaction, and forgotten after 30 days without use or after a year.
 */
interface Session {
  /** Your own values. */
  [key: string]: any;
  /** Gives the visitor another id with the answer: do this when what the visitor may do changes. */
  renew(): void;
  /** Forgets everything, and takes the cookie back. */
  destroy(): void;
}

/** Somebody with a password at this site. */
interface Account {
  /** The name as it was given. */
  readonly name: string;
  /** When the account was made, in seconds since 1970. */
  readonly created: number;
}

/**
 * The accounts of the site. Case, and spaces around them, do not tell names apart. An error that a visitor can mend has
 * the name `AccountError`, such as for a password that is too short, or `AttemptsError` after too many passwords; its
 * message can be shown.
 */
interface Accounts {
  /** The name of who is logged in, or null. */
  readonly current: string | null;
  /** Makes an account; throws an `AccountError` if the name is taken or the password has less than 8 characters. */
  create(name: string, password: string): Promise<Account>;
  /** Gives the account, or null if that is not its password; throws an `AttemptsError` after too many wrong ones. */
  verify(name: string, password: string): Promise<Account | null>;
  /** Logs in if the password is right, and renews the session; gives null if it is wrong. Throws as `verify` does. */
  login(name: string, password: string): Promise<Account | null>;
  /** Logs out: forgets the session. */
  logout(): void;
  /** Gives the name of who is logged in; whoever is not is sent to another page, `/login` if none is named. */
  required(login?: string): string;
  /** Gives an account another password, and ends all its log-ins but the one in this session. */
  setPassword(name: string, password: string): Promise<void>;
  /** Gives the account of a name, or null. */
  get(name: string): Promise<Account | null>;
  /** Deletes an account, and says whether there was one. */
  delete(name: string): Promise<boolean>;
}

// The database.

/** The site's database. What a request does there is kept when its handler returns, and undone when it throws. */
interface SiteDatabase {
  /** A collection of documents by its name; the first document makes it. */
  collection<T extends object = Fields>(name: string): Collection<T>;
  /** Runs one statement: `` db.sql`select * from guests where id = ${id}` ``. Values never become part of its text. */
  sql<R extends object = Row>(texts: TemplateStringsArray, ...values: SqlValue[]): Promise<Rows<R>>;
}

/**
 * A collection of JSON documents, each up to 1 MiB. What they are like can be said in a comment above the variable:
 * `@type {Collection<{ name: string, age: number }>}`.
 */
interface Collection<T extends object = Fields> {
  /** Puts a document in, and gives its id: its own `id`, or a new one. */
  insert(document: T & { id?: string | null }): Promise<string>;
  /** Gives the document with an id, or null. */
  get(id: string): Promise<Stored<T> | null>;
  /** Puts a document in under an id, in place of one that is there. */
  put(id: string, document: T & { id?: string | null }): Promise<void>;
  /** Asks for the documents that a filter describes: all, if there is none. */
  find(filter?: Filter<T>): Query<T>;
  /** Changes the document with an id, or all that a filter describes, and says how many. */
  update(filter: string | Filter<T>, change: Change<T>): Promise<number>;
  /** Deletes the document with an id, or all that a filter describes, and says how many. */
  delete(filter: string | Filter<T>): Promise<number>;
  /** Says how many documents a filter describes: how many there are, if there is none. */
  count(filter?: Filter<T>): Promise<number>;
  /** Makes an index over one to five fields, if it is not there; a unique one refuses a second document like it. */
  index(fields: Field<T> | Field<T>[], options?: { unique?: boolean }): Promise<void>;
  /** Deletes the collection with its documents and indexes. */
  drop(): Promise<void>;
}

/** A question for documents. `await` gives them as a list; nothing is done before. */
interface Query<T extends object = Fields> extends PromiseLike<Stored<T>[]>, AsyncIterable<Stored<T>> {
  /** Sorts by a field, after those that were named before: upwards, or downwards with -1 or `desc`. */
  sort(field: Field<T>, direction?: Direction): this;
  /** Sorts by several fields, five at most: `{ age: -1, name: 1 }`. */
  sort(fields: { [F in Field<T>]?: Direction }): this;
  /** Gives at most so many documents, all with `Infinity`. */
  limit(count: number): this;
  /** Passes over the first so many documents. */
  skip(count: number): this;
  /** Gives the documents as a list, as `await` does. */
  all(): Promise<Stored<T>[]>;
  /** Gives the first document, or null. */
  first(): Promise<Stored<T> | null>;
  /** Says how many documents `await` gives. */
  count(): Promise<number>;
}

/** A document of which nothing is known. */
interface Fields {
  /** A field: a value that can be written as JSON. */
  [field: string]: any;
}

/** A document as it comes out of a collection. */
type Stored<T extends object = Fields> = T & { id: string };

/** The way of sorting: 1 or `asc` upwards, -1 or `desc` downwards. */
type Direction = 1 | -1 | "asc" | "desc";

/** The field of an object in a document, such as `address.city`. */
type FieldPath = `${string}.${string}`;

/** A field of a document. */
type Field<T extends object = Fields> = (keyof T & string) | "id" | FieldPath;

/**
 * What documents must be like: each named field is this value, or as its operators say. `{}` describes all. A value
 * that is `undefined` or `NaN` is refused.
 */
type Filter<T extends object = Fields> = { [F in keyof T]?: Condition<T[F]> } & FilterOperators<T>;

/** What a filter can say besides conditions for the document's own fields. */
interface FilterOperators<T extends object = Fields> {
  /** What the document's id must be like. */
  id?: Condition<string>;
  /** All of these filters are true. */
  $and?: Filter<T>[];
  /** One of these filters is true. */
  $or?: Filter<T>[];
  /** This filter is not true. */
  $not?: Filter<T>;
  /** What the field of an object must be like. */
  [path: FieldPath]: any;
}

/** A value that fields can be compared with. */
type Scalar = string | number | boolean | null;

/** The values that a field of this type can be compared with. Null also stands for what is missing. */
type Comparable<V> = Extract<V, Scalar> | null;

/** The items of a list. */
type ItemOf<V> = V extends readonly (infer I)[] ? I : never;

/** What one field must be like: this value, or as all of these operators say. */
type Condition<V> = Comparable<V> | Operators<V>;

/** What can be said of one field. */
interface Operators<V> {
  /** It is this value. */
  $eq?: Comparable<V>;
  /** It is anything else, or missing. */
  $ne?: Comparable<V>;
  /** It is greater: numbers compare with numbers, texts with texts by their bytes. */
  $gt?: Extract<V, string | number>;
  /** It is greater, or the same. */
  $gte?: Extract<V, string | number>;
  /** It is less. */
  $lt?: Extract<V, string | number>;
  /** It is less, or the same. */
  $lte?: Extract<V, string | number>;
  /** It is one of these values. */
  $in?: Comparable<V>[];
  /** It is none of these values. */
  $nin?: Comparable<V>[];
  /** It is there, be it null; or, with false, it is not. */
  $exists?: boolean;
  /** It is a text like this: `%` stands for any characters, `_` for one; the case of a–z does not count. */
  $like?: string;
  /** It is a list that has this value. */
  $contains?: ItemOf<V> & Scalar;
  /** These operators are not all true. */
  $not?: Omit<Operators<V>, "$not">;
}

/** What becomes of documents: their new fields, or operators. */
type Change<T extends object = Fields> = NewFields<T> | ChangeOperators<T>;

/** Values of some fields. */
type NewFields<T extends object = Fields> = Partial<T> & { [path: FieldPath]: unknown };

/** What an update can do to fields. */
interface ChangeOperators<T extends object = Fields> {
  /** Sets fields. */
  $set?: NewFields<T>;
  /** Takes fields away; their values here do not matter. */
  $unset?: { [F in Field<T>]?: unknown };
  /** Adds to numbers; a missing one is 0. */
  $inc?: { [F in keyof T]?: Extract<T[F], number> } & { [path: FieldPath]: number };
  /** Adds an item to the end of lists; a missing one is empty. */
  $push?: { [F in keyof T]?: ItemOf<T[F]> } & { [path: FieldPath]: unknown };
  /** Takes all items like this out of lists. */
  $pull?: { [F in keyof T]?: ItemOf<T[F]> } & { [path: FieldPath]: unknown };
}

/** A value that goes into a statement. Lists and objects go in as JSON, dates as texts, nothing as null. */
type SqlValue = string | number | bigint | boolean | object | null | undefined;

/** A value that a statement gives. Whole numbers beyond 2^53 come as texts, bytes as Base64 in an object. */
type Cell = string | number | null | { $blob: string };

/** A row by its columns. */
interface Row {
  /** A column's value. */
  [column: string]: Cell;
}

/** What a statement gave: at most 10,000 rows and 8 MiB. */
type Rows<R extends object = Row> = R[] & {
  /** How many rows the statement changed. */
  readonly changes: number;
};

// Files and events.

/**
 * The site's own files, by their paths: `public/photos/1.jpg`. They are not part of the request's transaction. Never
 * make a path of what a visitor wrote.
 */
interface Files {
  /** Gives a file of the site, or null. */
  read(path: string): Promise<File | null>;
  /** Writes a file in `public/`, at most 16 MiB, whether or not there was one. */
  write(path: string, content: string | Blob | ArrayBuffer | ArrayBufferView): Promise<void>;
  /** Deletes a file in `public/`, and says whether there was one. */
  delete(path: string): Promise<boolean>;
  /** Lists the files whose paths begin like this, with their sizes in bytes; those of `public/` if nothing is named. */
  list(prefix?: string): Promise<{ path: string; size: number }[]>;
}

/** Messages between the requests of the site. */
interface Events {
  /** Tells all who are subscribed to a topic, when the handler has succeeded; the data as JSON has at most 64 KiB. */
  publish(topic: string, data?: unknown): void;
  /** The messages of topics from now on, until the visitor leaves. The oldest are missed if more than 64 wait. */
  subscribe(...topics: string[]): AsyncGenerator<{ topic: string; data: any }, void, undefined>;
  /** An answer for a page's `EventSource`: the messages of topics. */
  stream(topic: string, ...more: string[]): Response;
  /** An answer for a page's `EventSource`: text as it is, `message`s, and other values as JSON. */
  stream(source: AsyncIterable<unknown> | (Iterable<unknown> & object)): Response;
  /** A message for `stream` with a name, an id, or the milliseconds until the page comes again. */
  message(data: unknown, options?: { event?: string; id?: string | number; retry?: number }): EventMessage;
}

/** A message of a stream, as `events.message` makes it. */
interface EventMessage {
  /** What is sent. */
  readonly text: string;
}

// Requests and answers.

/** A piece of a body that is streamed. */
type BodyPiece = string | ArrayBuffer | ArrayBufferView;

/** What can be a body. */
type BodyInit =
  | BodyPiece
  | Blob
  | FormData
  | URLSearchParams
  | ReadableStream<BodyPiece>
  | AsyncIterable<BodyPiece>
  | null;

/** What headers can be made of. */
type HeadersInit = Headers | Iterable<readonly [name: string, value: string]> | Record<string, string>;

/** What requests and answers have in common. A body can be read once. */
interface Body {
  /** The body piece by piece, or null if there is none. */
  readonly body: ReadableStream<BodyPiece> | null;
  /** Whether the body has been read. */
  readonly bodyUsed: boolean;
  /** Reads the body as text. */
  text(): Promise<string>;
  /** Reads the body as JSON; what is not well formed throws, and the visitor gets 400 if nobody catches it. */
  json(): Promise<any>;
  /** Reads the body as a form; another type throws, and the visitor gets 415 if nobody catches it. */
  formData(): Promise<FormData>;
  /** Reads the body as bytes. */
  bytes(): Promise<Uint8Array<ArrayBuffer>>;
  /** Reads the body as a buffer of bytes. */
  arrayBuffer(): Promise<ArrayBuffer>;
  /** Reads the body as a `Blob` of the type that the headers say. */
  blob(): Promise<Blob>;
}

interface Request extends Body {}

/** What a visitor asks. */
declare class Request {
  /** A request for a whole address, or like another one, whose body it takes. */
  constructor(input: string | URL | Request, init?: RequestInit);
  /** The body piece by piece, or null if there is none. */
  readonly body: ReadableStream<Uint8Array<ArrayBuffer>> | null;
  /** The method, such as `GET` or `POST`. */
  readonly method: string;
  /** The whole address. */
  readonly url: string;
  /** The headers. */
  readonly headers: Headers;
  /** Aborts when the visitor leaves. */
  readonly signal: AbortSignal;
  /** A copy, whose body can be read as well. */
  clone(): Request;
}

/** What a new request is like. */
interface RequestInit {
  /** The method; `GET` if there is none. */
  method?: string;
  /** The headers. */
  headers?: HeadersInit;
  /** The body; `GET` and `HEAD` have none. */
  body?: BodyInit;
  /** What aborts the request. */
  signal?: AbortSignal;
}

interface Response extends Body {}

/** What a handler answers. A thrown one is an answer too, but what the handler did in the database is undone. */
declare class Response {
  /** An answer with this body. */
  constructor(body?: BodyInit, init?: ResponseInit);
  /** An answer with this value as JSON. */
  static json(data: unknown, init?: ResponseInit): Response;
  /** Sends the visitor to another address, from the request's own if it is relative; the status is 302 or this. */
  static redirect(url: string | URL, status?: 301 | 302 | 303 | 307 | 308): Response;
  /** An answer that says that there is none; a handler cannot return it. */
  static error(): Response;
  /** The status, 200 to 599. */
  readonly status: number;
  /** The status in words; visitors do not get it. */
  readonly statusText: string;
  /** Whether the status is 200 to 299. */
  readonly ok: boolean;
  /** The headers. */
  readonly headers: Headers;
  /** Whether this is an answer of `Response.error()`. */
  readonly type: "default" | "error";
  /** Always false: there is no `fetch` here. */
  readonly redirected: boolean;
  /** Always empty: there is no `fetch` here. */
  readonly url: string;
  /** A copy, whose body can be read as well. */
  clone(): Response;
}

/** What a new answer is like. */
interface ResponseInit {
  /** The status, 200 to 599; 200 if there is none. */
  status?: number;
  /** The status in words. */
  statusText?: string;
  /** The headers. */
  headers?: HeadersInit;
}

/** Headers. Case does not tell names apart; values are bytes, a character each. */
declare class Headers {
  /** Headers like others, of pairs, or of an object. */
  constructor(init?: HeadersInit | null);
  /** Adds a header, beside others of its name. */
  append(name: string, value: string): void;
  /** Takes all headers of a name away. */
  delete(name: string): void;
  /** Gives the value of a header, or null; several are joined by commas. */
  get(name: string): string | null;
  /** Gives the values of all `set-cookie` headers. */
  getSetCookie(): string[];
  /** Says whether there is a header of a name. */
  has(name: string): boolean;
  /** Puts a header in the place of all of its name. */
  set(name: string, value: string): void;
  /** Calls a function for each header. */
  forEach(call: (value: string, name: string, headers: Headers) => void, self?: unknown): void;
  /** Names with their values, sorted by the names. */
  entries(): Generator<[name: string, value: string], void, undefined>;
  /** The names. */
  keys(): Generator<string, void, undefined>;
  /** The values. */
  values(): Generator<string, void, undefined>;
  /** The same as `entries`. */
  [Symbol.iterator](): Generator<[name: string, value: string], void, undefined>;
}

/** The fields and files of a form, in order. */
declare class FormData {
  /** A form without fields. */
  constructor();
  /** Adds a field, beside others of its name. */
  append(name: string, value: string): void;
  /** Adds a file, beside others of its name. */
  append(name: string, value: Blob, filename?: string): void;
  /** Takes all fields of a name away. */
  delete(name: string): void;
  /** Gives the first field of a name, or null. */
  get(name: string): string | File | null;
  /** Gives all fields of a name. */
  getAll(name: string): (string | File)[];
  /** Says whether there is a field of a name. */
  has(name: string): boolean;
  /** Puts a field in the place of all of its name. */
  set(name: string, value: string): void;
  /** Puts a file in the place of all of its name. */
  set(name: string, value: Blob, filename?: string): void;
  /** Calls a function for each field. */
  forEach(call: (value: string | File, name: string, form: FormData) => void, self?: unknown): void;
  /** Names with their values. */
  entries(): Generator<[name: string, value: string | File], void, undefined>;
  /** The names. */
  keys(): Generator<string, void, undefined>;
  /** The values. */
  values(): Generator<string | File, void, undefined>;
  /** The same as `entries`. */
  [Symbol.iterator](): Generator<[name: string, value: string | File], void, undefined>;
}

// Addresses.

/** An address. */
declare class URL {
  /** An address, from another one if it is relative; throws if it is none. */
  constructor(url: string | URL, base?: string | URL);
  /** Says whether this is an address. */
  static canParse(url: string | URL, base?: string | URL): boolean;
  /** Gives the address, or null if this is none. */
  static parse(url: string | URL, base?: string | URL): URL | null;
  /** The whole address. */
  href: string;
  /** Protocol, host and port. */
  readonly origin: string;
  /** The protocol with its colon: `https:`. */
  protocol: string;
  /** The user's name. */
  username: string;
  /** The user's password. */
  password: string;
  /** Host and port. */
  host: string;
  /** The host without the port. */
  hostname: string;
  /** The port; empty if it is the protocol's own. */
  port: string;
  /** The path. */
  pathname: string;
  /** The query with its question mark, or nothing. */
  search: string;
  /** What follows `#`, with it, or nothing. */
  hash: string;
  /** The query's parameters; changes to them change the address. */
  readonly searchParams: URLSearchParams;
  /** The whole address. */
  toString(): string;
  /** The whole address. */
  toJSON(): string;
}

/** The parameters of a query. */
declare class URLSearchParams {
  /** The parameters of a text, of pairs, or of an object. */
  constructor(init?: string | Iterable<readonly [name: string, value: string]> | Record<string, string>);
  /** How many parameters there are. */
  readonly size: number;
  /** Adds a parameter, beside others of its name. */
  append(name: string, value: string): void;
  /** Takes all parameters of a name away, or only those with a value. */
  delete(name: string, value?: string): void;
  /** Gives the first parameter of a name, or null. */
  get(name: string): string | null;
  /** Gives all parameters of a name. */
  getAll(name: string): string[];
  /** Says whether there is a parameter of a name, or one with a value. */
  has(name: string, value?: string): boolean;
  /** Puts a parameter in the place of all of its name. */
  set(name: string, value: string): void;
  /** Sorts by the names. */
  sort(): void;
  /** Calls a function for each parameter. */
  forEach(call: (value: string, name: string, params: URLSearchParams) => void, self?: unknown): void;
  /** Names with their values. */
  entries(): Generator<[name: string, value: string], void, undefined>;
  /** The names. */
  keys(): Generator<string, void, undefined>;
  /** The values. */
  values(): Generator<string, void, undefined>;
  /** The same as `entries`. */
  [Symbol.iterator](): Generator<[name: string, value: string], void, undefined>;
  /** The query without a question mark. */
  toString(): string;
}

// Bytes and streams.

/** Bytes with a media type. They count against the request's memory. */
declare class Blob {
  /** The bytes of all parts, one after the other, and their media type. */
  constructor(parts?: Iterable<string | Blob | ArrayBuffer | ArrayBufferView> & object, options?: { type?: string });
  /** The size in bytes. */
  readonly size: number;
  /** The media type in lower case, or nothing. */
  readonly type: string;
  /** The bytes from one place to before another, counted from the end if negative. */
  slice(start?: number, end?: number, type?: string): Blob;
  /** Gives the bytes as text, read as UTF-8. */
  text(): Promise<string>;
  /** Gives a copy of the bytes. */
  bytes(): Promise<Uint8Array<ArrayBuffer>>;
  /** Gives a copy of the bytes as a buffer. */
  arrayBuffer(): Promise<ArrayBuffer>;
  /** The bytes as a stream. */
  stream(): ReadableStream<Uint8Array<ArrayBuffer>>;
}

/** Bytes with a media type and a name. */
declare class File extends Blob {
  /** The bytes of all parts, one after the other, and their name. */
  constructor(
    parts: Iterable<string | Blob | ArrayBuffer | ArrayBufferView> & object,
    name: string,
    options?: { type?: string; lastModified?: number },
  );
  /** The name; one that a visitor's form gave is the visitor's to choose. */
  readonly name: string;
  /** When the file was changed, in milliseconds since 1970. */
  readonly lastModified: number;
}

/** Makes bytes of text. */
declare class TextEncoder {
  /** An encoder to UTF-8. */
  constructor();
  /** Always `utf-8`. */
  readonly encoding: "utf-8";
  /** Gives the text's bytes. */
  encode(text?: string): Uint8Array<ArrayBuffer>;
  /** Writes as much of the text as fits; says how many of its UTF-16 units were read and how many bytes written. */
  encodeInto(text: string, into: Uint8Array): { read: number; written: number };
}

/** Makes text of bytes. */
declare class TextDecoder {
  /** Takes `utf-8`, `utf-16le` or `utf-16be`; `fatal` throws for what is wrong, `ignoreBOM` keeps the mark. */
  constructor(label?: string, options?: { fatal?: boolean; ignoreBOM?: boolean });
  /** The encoding: `utf-8`, `utf-16le` or `utf-16be`. */
  readonly encoding: string;
  /** Whether wrong bytes throw an error; otherwise `�` stands in their place. */
  readonly fatal: boolean;
  /** Whether a byte order mark stays in the text. */
  readonly ignoreBOM: boolean;
  /** Gives the bytes as text; with `stream`, a character that is cut off waits for the next call. */
  decode(source?: ArrayBuffer | ArrayBufferView, options?: { stream?: boolean }): string;
}

/** Pieces that come one after the other. */
declare class ReadableStream<R = unknown> {
  /** A stream whose source is asked for pieces while fewer than `highWaterMark` wait: one, if nothing is said. */
  constructor(source?: StreamSource<R>, strategy?: { highWaterMark?: number; size?: (piece: R) => number });
  /** A stream of what can be iterated. */
  static from<R>(iterable: AsyncIterable<R> | Iterable<R | PromiseLike<R>>): ReadableStream<R>;
  /** Whether somebody reads the stream. */
  readonly locked: boolean;
  /** Reads the stream piece by piece. */
  getReader(): ReadableStreamDefaultReader<R>;
  /** Ends the stream: nobody wants the rest. */
  cancel(reason?: unknown): Promise<void>;
  /** Two streams with the same pieces. */
  tee(): [ReadableStream<R>, ReadableStream<R>];
  /** The pieces: whoever stops early cancels the stream, unless `preventCancel` is said. */
  values(options?: { preventCancel?: boolean }): AsyncGenerator<R, void, undefined>;
  /** The same as `values`. */
  [Symbol.asyncIterator](options?: { preventCancel?: boolean }): AsyncGenerator<R, void, undefined>;
}

/** Where a stream's pieces come from. */
interface StreamSource<R> {
  /** Is called at once. */
  start?(controller: ReadableStreamDefaultController<R>): unknown;
  /** Is called when there is room for a piece; the next call waits for its promise. */
  pull?(controller: ReadableStreamDefaultController<R>): unknown;
  /** Is called when nobody wants the rest. */
  cancel?(reason: unknown): unknown;
}

/** What a stream's source puts pieces in with. */
declare class ReadableStreamDefaultController<R = unknown> {
  private constructor();
  /** How many pieces there is room for, by their `size`; null if the stream failed. */
  readonly desiredSize: number | null;
  /** Puts a piece in. */
  enqueue(chunk: R): void;
  /** Ends the stream after the pieces that are in it. */
  close(): void;
  /** Ends the stream with an error. */
  error(reason?: unknown): void;
}

/** Reads a stream piece by piece. */
declare class ReadableStreamDefaultReader<R = unknown> {
  /** Reads a stream that nobody else reads. */
  constructor(stream: ReadableStream<R>);
  /** Is settled when the stream has ended. */
  readonly closed: Promise<void>;
  /** Gives the next piece, or `done`. */
  read(): Promise<{ done: false; value: R } | { done: true; value: undefined }>;
  /** Ends the stream: nobody wants the rest. */
  cancel(reason?: unknown): Promise<void>;
  /** Lets others read the stream. */
  releaseLock(): void;
}

// Events within a request.

/** Something that happened. */
declare class Event {
  /** An event with this name. */
  constructor(type: string, options?: { cancelable?: boolean });
  /** The name. */
  readonly type: string;
  /** Where it happened. */
  readonly target: EventTarget | null;
  /** Where it happened. */
  readonly currentTarget: EventTarget | null;
  /** Whether `preventDefault` was called on an event that can be prevented. */
  readonly defaultPrevented: boolean;
  /** Keeps the usual from happening, if that is possible. */
  preventDefault(): void;
}

/** Who is told of an event: a function, or an object with a method. */
type EventListener = ((event: Event) => unknown) | { handleEvent(event: Event): unknown };

/** Tells listeners of events. */
declare class EventTarget {
  /** Something without listeners. */
  constructor();
  /** Adds a listener; `once` takes it away after the first event, `signal` when it aborts. */
  addEventListener(
    type: string,
    listener: EventListener | null,
    options?: boolean | { once?: boolean; signal?: AbortSignal },
  ): void;
  /** Takes a listener away. */
  removeEventListener(type: string, listener: EventListener | null): void;
  /** Tells all listeners, and says whether the usual may happen. */
  dispatchEvent(event: Event): boolean;
}

/** Says that something is to end. Its event is `abort`. */
declare class AbortSignal extends EventTarget {
  private constructor();
  /** A signal that has aborted already. */
  static abort(reason?: unknown): AbortSignal;
  /** A signal that aborts after so many milliseconds. */
  static timeout(milliseconds: number): AbortSignal;
  /** A signal that aborts when the first of these does. */
  static any(signals: Iterable<AbortSignal>): AbortSignal;
  /** Whether it has aborted. */
  readonly aborted: boolean;
  /** Why it aborted: an error named `AbortError`, or what was given. */
  readonly reason: any;
  /** Is called when it aborts. */
  onabort: ((event: Event) => unknown) | null;
  /** Throws the reason if it has aborted. */
  throwIfAborted(): void;
}

/** Makes a signal, and aborts it. */
declare class AbortController {
  /** A signal that has not aborted. */
  constructor();
  /** The signal. */
  readonly signal: AbortSignal;
  /** Aborts the signal. */
  abort(reason?: unknown): void;
}

/** An error of the web platform, known by its name. */
declare class DOMException extends Error {
  /** An error with this name; `Error` if there is none. */
  constructor(message?: string, name?: string);
  /** The number of old for the name, or 0. */
  readonly code: number;
}

// Everything else.

/** Entries in the site's log: at most 200 of a request, 8 KiB each. */
interface Console {
  /** An entry for whoever looks for a fault. */
  debug(...values: unknown[]): void;
  /** An ordinary entry. */
  log(...values: unknown[]): void;
  /** An ordinary entry. */
  info(...values: unknown[]): void;
  /** A warning. */
  warn(...values: unknown[]): void;
  /** An error. */
  error(...values: unknown[]): void;
  /** An entry as of `debug`, with the calls that led here. */
  trace(...values: unknown[]): void;
  /** An ordinary entry with one value. */
  dir(value: unknown): void;
  /** An ordinary entry with one value. */
  table(value: unknown): void;
  /** An ordinary entry; nothing is indented. */
  group(...values: unknown[]): void;
  /** An ordinary entry; nothing is indented. */
  groupCollapsed(...values: unknown[]): void;
  /** Does nothing. */
  groupEnd(): void;
  /** An error, unless the condition is true. */
  assert(condition: unknown, ...values: unknown[]): void;
  /** An entry with how often this was called for a label in this request. */
  count(label?: string): void;
  /** Begins to count anew. */
  countReset(label?: string): void;
  /** Starts a clock. */
  time(label?: string): void;
  /** An entry with the milliseconds since the clock was started. */
  timeLog(label?: string): void;
  /** The same, and the clock ends. */
  timeEnd(label?: string): void;
}

/** The site's log. */
declare var console: Console;

/** Random values and digests. */
interface Crypto {
  /** Fills an array of whole numbers, at most 65,536 bytes, with random values that nobody can foretell. */
  getRandomValues<T extends WholeNumbers>(array: T): T;
  /** Gives a random id, such as `2f1b7f0e-5d3c-4c55-9d3f-0a6f7f6f2b11`. */
  randomUUID(): string;
  /** Digests. */
  readonly subtle: {
    /** Gives the digest of bytes. */
    digest(algorithm: Digest | { name: Digest }, data: ArrayBuffer | ArrayBufferView): Promise<ArrayBuffer>;
  };
}

/** The digests that are known here. */
type Digest = "SHA-1" | "SHA-256" | "SHA-384" | "SHA-512";

/** Arrays of whole numbers. */
type WholeNumbers =
  | Int8Array
  | Uint8Array
  | Uint8ClampedArray
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | BigInt64Array
  | BigUint64Array;

/** Random values and digests. */
declare var crypto: Crypto;

/** Clocks. */
interface Performance {
  /** Gives the milliseconds since `timeOrigin`. */
  now(): number;
  /** When the clock began, in milliseconds since a moment of its own. */
  readonly timeOrigin: number;
}

/** Clocks. */
declare var performance: Performance;

/** The same as `globalThis`. */
declare var self: typeof globalThis;

/** Calls a function after so many milliseconds, unless the request has ended; gives the timer's id. */
declare function setTimeout<A extends unknown[]>(
  call: (...args: A) => unknown,
  milliseconds?: number,
  ...args: Partial<A>
): number;
/** Calls a function every so many milliseconds, 4 at least, until the request ends; gives the timer's id. */
declare function setInterval<A extends unknown[]>(
  call: (...args: A) => unknown,
  milliseconds?: number,
  ...args: Partial<A>
): number;
/** Ends a timer. */
declare function clearTimeout(id?: number): void;
/** Ends a timer. */
declare function clearInterval(id?: number): void;
/** Calls a function when the code that runs now has ended. */
declare function queueMicrotask(call: () => unknown): void;
/** Gives a deep copy; functions, promises and the like cannot be copied, and nothing can be transferred. */
declare function structuredClone<T>(value: T, options?: { transfer?: [] }): T;
/** Gives the bytes of a Base64 text, a character each. */
declare function atob(text: string): string;
/** Gives bytes, a character each, as Base64. */
declare function btoa(bytes: string): string;
