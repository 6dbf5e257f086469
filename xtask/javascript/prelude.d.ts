// What the engine gives the prelude, and what QuickJS has globally.

export {};

declare global {
  /** Bytes. No buffer is shared here. */
  type Bytes = Uint8Array<ArrayBuffer>;

  /** An object of whatever a site's code puts into it. */
  type Fields = { [name: PropertyKey]: unknown };

  type AnyIterable = Iterable<unknown> | AsyncIterable<unknown>;
  type AnyIterator = Iterator<unknown> | AsyncIterator<unknown>;
  /** What may have one of the two methods. */
  interface MaybeIterable {
    [Symbol.asyncIterator]?(): AnyIterator;
    [Symbol.iterator]?(): AnyIterator;
  }

  // The functions of `host` (crates/script/src/natives). Strings are well-formed.

  /** A question has no result; its answer comes later, by its ticket (crates/script/src/host_calls/reply.rs). */
  type Asked<Answer> = void & { answer?: Answer };

  interface HostFunctions {
    // answer.rs
    respond(status: number, headers: string[], body: string | Uint8Array | null): void;
    /** False if only the head is wanted. */
    respondStream(status: number, headers: string[]): boolean;
    write(bytes: Uint8Array): void;
    end(): void;
    fail(status: number, name: string, message: string, stack: string): void;
    inspected(patterns: string[]): void;

    // ask.rs
    more(ticket: number): Asked<undefined>;
    file(ticket: number, op: "read", path: string): Asked<FoundFile | null>;
    file(ticket: number, op: "write", path: string, bytes: Uint8Array): Asked<undefined>;
    file(ticket: number, op: "delete", path: string): Asked<boolean>;
    file(ticket: number, op: "list", path: string): Asked<ListedFile[]>;
    log(level: LogLevel, text: string): void;
    pull(ticket: number): Asked<Bytes | null>;
    collect(ticket: number, kind: "text", contentType: string): Asked<string>;
    collect(ticket: number, kind: "bytes", contentType: string): Asked<Bytes>;
    collect(ticket: number, kind: "form", contentType: string): Asked<FormField[]>;
    timer(id: number, milliseconds: number): void;
    clearTimer(id: number): void;
    publish(topic: string, json: string): void;
    subscribe(topics: string[]): number;
    nextMessage(ticket: number, subscription: number): Asked<[topic: string, json: string]>;
    unsubscribe(subscription: number): void;

    // bytes.rs
    encode(text: string): Bytes;
    decode(bytes: Uint8Array, encoding: TextEncodingName, fatal: boolean): string;
    decodable(bytes: Uint8Array, encoding: TextEncodingName): number;
    digest(name: string, bytes: Uint8Array): Bytes;
    form(bytes: Uint8Array, contentType: string): FormField[];
    random(length: number): Bytes;

    // data.rs
    /** An operation of `DataOperations`; arguments and result are JSON. */
    data(operation: keyof DataOperations, args: string): string;
    lock(ticket: number, handled: boolean): Asked<undefined>;
    loginId(name: string): string | undefined;
    finish(ticket: number, keep: boolean, session: string | undefined, wish: SessionWish): Asked<string | undefined>;
    /** JSON of an object. */
    session(): string;
    render(name: string, json: string): string;

    // url.rs
    urlParse(url: string, base?: string): UrlParts | undefined;
    urlSet(href: string, part: string, value: string): UrlParts | undefined;
    /** Names and values by turns. */
    formParse(text: string): string[];
    formSerialize(flat: string[]): string;
  }

  type LogLevel = "debug" | "info" | "warn" | "error";
  type TextEncodingName = "utf-8" | "utf-16le" | "utf-16be";
  type SessionWish = "" | "renew" | "destroy";
  /** In the order of `PARTS` in url.js. */
  type UrlParts = string[];
  type FoundFile = { bytes: Bytes; type: string };
  type ListedFile = { path: string; size: number };
  type FormField =
    | [name: string, text: string, filename?: undefined, type?: undefined]
    | [name: string, bytes: Bytes, filename: string, type: string];

  /** The operations of `host.data` (crates/script/src/natives/operations.rs). */
  interface DataOperations {
    createAccount(name: string, password: string): Account;
    verify(name: string, password: string): Account | null;
    login(name: string, password: string): { account: Account; id: string; cookie: string } | null;
    setPassword(name: string, password: string): { name: string; id: string };
    account(name: string): Account | null;
    deleteAccount(name: string): boolean;
    insert(collection: string, document: unknown): string;
    put(collection: string, id: string, document: unknown): null;
    get(collection: string, id: string): StoredDocument | null;
    find(collection: string, question: Question): StoredDocument[];
    count(collection: string, filter: unknown): number;
    update(collection: string, filter: unknown, change: unknown): number;
    delete(collection: string, filter: unknown): number;
    drop(collection: string): null;
    index(collection: string, fields: unknown[], unique: boolean): null;
    sql(text: string, values: unknown[]): { rows: Row[]; changes: number };
  }

  /** `created` is in seconds since 1970. */
  type Account = { name: string; created: number };
  type StoredDocument = { id: string; [field: string]: unknown };
  type Question = { filter: unknown; sort: [field: string, way: number][]; limit?: number; skip?: number };
  type Row = { [column: string]: unknown };

  // What the engine calls the driver with.

  /** An error, for `settle`. A status of 0 is none. */
  type Failure = { name: string; message: string; status: number };
  type Visitor = { id: string; transport: string };
  /** A request, for `start`. Its headers are names and values by turns. */
  type RequestHead = {
    file: string;
    method: string;
    url: string;
    hasBody: boolean;
    params: [name: string, value: string][];
    headers: string[];
    visitor: Visitor;
  };

  // QuickJS's own names.

  interface DOMException extends Error {
    readonly code: number;
  }
  var DOMException: {
    new (message?: string, name?: string): DOMException;
    readonly prototype: DOMException;
  };
  var performance: { now(): number; readonly timeOrigin: number };
  function atob(text: string): string;
  function btoa(text: string): string;
  function queueMicrotask(call: () => void): void;

  // What globals.js makes global, as far as the prelude itself finds it there.

  var self: typeof globalThis;
  var TextDecoder: typeof import("peerserver:encoding").TextDecoder;
  var console: typeof import("peerserver:console").console;
  var crypto: typeof import("peerserver:crypto").crypto;
  var setTimeout: typeof import("peerserver:timers").setTimeout;
}

declare module "peerserver:url" {
  /** The parts that url.js defines by their names. */
  interface URL {
    href: string;
    readonly origin: string;
    protocol: string;
    username: string;
    password: string;
    host: string;
    hostname: string;
    port: string;
    pathname: string;
    search: string;
    hash: string;
  }
}
