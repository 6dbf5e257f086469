// The life of one request, from the handler's module to the last byte of its answer.

import { AbortController } from "peerserver:abort";
import { ask, settle } from "peerserver:ask";
import { Blob } from "peerserver:blob";
import { Body, chunkBytes, takeSource } from "peerserver:body";
import { show } from "peerserver:console";
import { browserCookie } from "peerserver:accounts";
import { contextOf, forgetRendered, isRendered } from "peerserver:context";
import { finish } from "peerserver:database";
import { statusOf } from "peerserver:errors";
import { FormData } from "peerserver:form_data";
import { flatten } from "peerserver:headers";
import { bind, host } from "peerserver:host";
import { incoming } from "peerserver:request";
import { Response, setBase } from "peerserver:response";
import { sessionNow } from "peerserver:session";
import { ReadableStream } from "peerserver:stream";
import { fire } from "peerserver:timers";
import { URLSearchParams } from "peerserver:url";
import "peerserver:globals";

/**
 * @import { Context } from "peerserver:context"
 * @import { Request } from "peerserver:request"
 */

export { bind, fire, settle };

const controller = new AbortController();
/** @type {AsyncIterator<unknown> | null} */
let answering = null; // The iterator of the streamed body that is being sent.
/** @type {Promise<unknown> | null} */
let tidied = null; // The end of it, if the visitor left.

/**
 * The patterns of a route's module, as they stand there.
 * @param {string} file
 */
export async function inspect(file) {
  try {
    const module = await import(file);
    if (typeof module.default !== "function") {
      throw new TypeError("a route exports its handler: export default async function (request, context) { … }");
    }
    /** @type {unknown[]} */
    const patterns = Array.isArray(module.pattern) ? module.pattern : [module.pattern];
    if (patterns.length === 0 || patterns.some((pattern) => typeof pattern !== "string")) {
      throw new TypeError('a route exports its pattern: export const pattern = "GET /guests/:id" (or a list of such)');
    }
    host.inspected(patterns.map((pattern) => /** @type {string} */ (pattern).toWellFormed()));
  } catch (error) {
    fail(error);
  }
}

/**
 * Answers a request: `{ file, params, method, url, headers, hasBody, visitor }`.
 * @param {RequestHead} head
 */
export async function start(head) {
  try {
    /** @type {{ default: (request: Request, context: Context) => unknown }} */
    const { default: handler } = await import(head.file);
    setBase(head.url);
    const request = incoming(head, controller.signal);
    const response = await answerOf(() => handler(request, contextOf(head, request)));
    await send(response);
  } catch (error) {
    await tidied; // The body's own `finally` may still be at work.
    fail(error);
  }
}

/** The visitor left: whoever listens is told, a streamed body ends where it stands. */
export function leave() {
  controller.abort(new DOMException("the visitor left", "AbortError"));
  tidied = Promise.resolve(answering?.return?.()).catch(() => {});
}

/**
 * What the handler answers, when its transaction is over.
 * @param {() => unknown} handle
 */
async function answerOf(handle) {
  /** @type {Response} */
  let response;
  let keep = true;
  try {
    response = await responseOf(await handle());
  } catch (error) {
    if (!(error instanceof Response)) throw error;
    [response, keep] = [error, false];
  }
  const cookie = await finish(keep, ...sessionNow());
  const cookies = [cookie, keep ? browserCookie() : null];
  for (const line of cookies) if (line) response.headers.append("set-cookie", line);
  return response;
}

/**
 * What a handler may return, as a Response.
 * @param {unknown} answer
 */
async function responseOf(answer) {
  if (answer instanceof Response) return answer;
  if (answer === undefined) throw new TypeError("the handler returned nothing; return a Response, text, an object or a stream");
  if (typeof answer === "string") return typedText(answer);
  const isBody = [Blob, ArrayBuffer, FormData, URLSearchParams, ReadableStream].some((Kind) => answer instanceof Kind);
  if (isBody || ArrayBuffer.isView(answer)) return new Response(answer);
  if (typeof answer === "function" || typeof answer === "symbol" || answer instanceof Body) {
    throw new TypeError(`a handler cannot return ${show(answer)}; return a Response, text, an object or a stream`);
  }
  const iterator =
    typeof answer === "object" && answer !== null && typeof /** @type {Fields} */ (answer).next === "function";
  if (iterator || typeof /** @type {MaybeIterable} */ (answer)?.[Symbol.asyncIterator] === "function") {
    return streamed(/** @type {MaybeIterable & Partial<AnyIterator>} */ (answer));
  }
  return Response.json(answer);
}

/**
 * Text is plain, whatever it looks like: it may be a visitor's. What a template gave is HTML.
 * @param {string} text
 * @param {unknown} [body]
 */
function typedText(text, body = text) {
  const type = isRendered(text) ? "text/html" : "text/plain";
  return new Response(body, { headers: { "content-type": `${type};charset=utf-8` } });
}

/**
 * An iterator's first piece tells what the stream is.
 * @param {MaybeIterable & Partial<AnyIterator>} answer
 */
async function streamed(answer) {
  const iterator = /** @type {AnyIterator} */ (
    (answer[Symbol.asyncIterator] ?? answer[Symbol.iterator])?.call(answer) ?? answer
  );
  const first = await iterator.next();
  /** @type {IteratorResult<unknown> | null} */
  let begun = first;
  const whole = {
    async next() {
      const piece = begun ?? iterator.next();
      begun = null;
      return piece;
    },
    /** @param {unknown} [value] */
    return: (value) => iterator.return?.(value) ?? { done: true, value },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
  if (typeof first.value === "string") return typedText(first.value, whole);
  return new Response(whole, { headers: { "content-type": "application/octet-stream" } });
}

/** @param {Response} response */
async function send(response) {
  forgetRendered();
  if (response.type === "error") throw new TypeError("the handler answered with Response.error()");
  const headers = flatten(response.headers);
  const source = takeSource(response);
  const { status } = response;
  if (source === null) return host.respond(status, headers, null);
  if ("text" in source) return host.respond(status, headers, source.text.toWellFormed());
  if ("bytes" in source) return host.respond(status, headers, source.bytes);
  if (!source.stream) return passOn(status, headers);
  answering = source.stream[Symbol.asyncIterator]();
  if (!host.respondStream(status, headers)) return answering.return?.(); // HEAD wants no body.
  await pump(() => /** @type {AsyncIterator<unknown>} */ (answering).next());
}

/**
 * The visitor's own body is the answer's.
 * @param {number} status
 * @param {string[]} headers
 */
async function passOn(status, headers) {
  if (!host.respondStream(status, headers)) return;
  await pump(async () => {
    const value = await ask((ticket) => host.pull(ticket));
    return { done: value === null, value };
  });
}

/**
 * One piece at a time, when the visitor has taken the last.
 * @param {() => Promise<IteratorResult<unknown>>} next
 */
async function pump(next) {
  for (let room = false; ; ) {
    if (!room) await ask((ticket) => host.more(ticket));
    const { done, value } = await next();
    if (done) break;
    const bytes = chunkBytes(value);
    room = bytes.length === 0;
    if (!room) host.write(bytes);
  }
  host.end();
}

/** @param {unknown} error */
function fail(error) {
  const status = statusOf(error) ?? 0;
  let [name, message, stack] = ["Error", "", ""];
  try {
    if (error instanceof Error || error instanceof DOMException) {
      [name, message, stack] = [error.name, error.message, error.stack ?? ""].map(String);
    } else if (error !== null) { // The engine throws null when there is no memory for more.
      message = `${show(error)} was thrown; throw an Error instead, which knows where it was`;
    }
  } catch {
    message = "what was thrown cannot be shown";
  }
  host.fail(status, name.toWellFormed(), message.toWellFormed(), stack.toWellFormed());
}
