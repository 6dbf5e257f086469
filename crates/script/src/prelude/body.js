// What Request and Response have in common (Fetch Standard, "body mixin"). A body's source is one of
//   null                  no body
//   { text }              a string
//   { bytes }             a Uint8Array that nobody changes
//   { stream }            a ReadableStream, or anything that can be iterated asynchronously
//   { incoming: true }    the body of the visitor's request: the engine has it, or will

import { ask } from "peerserver:ask";
import { Blob, contentOf } from "peerserver:blob";
import { bytesOf, concat, encode } from "peerserver:encoding";
import { withStatus } from "peerserver:errors";
import { FormData, formOf, multipartOf } from "peerserver:form_data";
import { host } from "peerserver:host";
import { ReadableStream, isDisturbed } from "peerserver:stream";
import { URLSearchParams } from "peerserver:url";

/** @import { Headers } from "peerserver:headers" */

/**
 * @typedef {{ text: string, stream?: undefined, incoming?: undefined }
 *   | { bytes: Bytes, stream?: undefined, incoming?: undefined }} WholeSource
 * @typedef {{ stream: ReadableStream, incoming?: undefined }} StreamSource
 * @typedef {{ incoming: true, stream?: undefined }} IncomingSource
 * @typedef {WholeSource | StreamSource | IncomingSource} BodySource
 */

/**
 * What can be a body: `{ source, type }`, `type` the media type that goes with it, or null.
 * @param {unknown} body
 * @returns {{ source: BodySource | null, type: string | null }}
 */
export function extract(body) {
  if (body === null || body === undefined) return { source: null, type: null };
  if (typeof body === "string") return { source: { text: body }, type: "text/plain;charset=UTF-8" };
  if (body instanceof Blob) return { source: { bytes: contentOf(body) }, type: body.type || null };
  if (body instanceof URLSearchParams) {
    return { source: { text: body.toString() }, type: "application/x-www-form-urlencoded;charset=UTF-8" };
  }
  if (body instanceof FormData) {
    const { blob, type } = multipartOf(body);
    return { source: { bytes: contentOf(blob) }, type };
  }
  if (body instanceof ArrayBuffer || ArrayBuffer.isView(body)) return { source: { bytes: bytesOf(body).slice() }, type: null };
  if (body instanceof ReadableStream) {
    if (body.locked || isDisturbed(body)) throw new TypeError("the stream is being read already; it cannot be a body too");
    return { source: { stream: body }, type: null };
  }
  if (typeof /** @type {MaybeIterable} */ (body)[Symbol.asyncIterator] === "function") {
    return { source: { stream: ReadableStream.from(body) }, type: null };
  }
  return { source: { text: String(body) }, type: "text/plain;charset=UTF-8" };
}

/**
 * (Body, source): gives a new object its body
 * @type {(body: Body, source: BodySource | null) => void}
 */
export let setSource;
/**
 * (Body) → its source, once; the body counts as used
 * @type {(body: Body) => BodySource | null}
 */
export let takeSource;
/**
 * (Body) → a source for a copy; afterwards both can be read
 * @type {(body: Body) => BodySource | null}
 */
export let splitSource;

export class Body {
  /** @type {BodySource | null} */
  #source = null;
  /** @type {ReadableStream | null} */
  #stream = null; // The body as a stream, once somebody asked for it.
  #used = false;

  get body() {
    if (this.#source === null) return null;
    this.#stream ??= this.#source.stream ?? streamOf(this.#source);
    return this.#stream;
  }

  get bodyUsed() {
    return this.#used || (this.#stream !== null && isDisturbed(this.#stream));
  }

  async text() {
    const source = this.#take();
    if (source?.incoming) return ask((ticket) => host.collect(ticket, "text", ""));
    if (source && "text" in source) return source.text.toWellFormed();
    return new TextDecoder().decode(await bytesIn(source));
  }

  async json() {
    const text = await this.text();
    try {
      return JSON.parse(text);
    } catch (error) {
      throw withStatus(/** @type {Error} */ (error), 400);
    }
  }

  async bytes() {
    const source = this.#take();
    if (source?.incoming) return ask((ticket) => host.collect(ticket, "bytes", ""));
    return (await bytesIn(source)).slice();
  }

  async arrayBuffer() {
    return (await this.bytes()).buffer;
  }

  /** @this {Body & { headers: Headers }} */
  async blob() {
    return new Blob([await this.bytes()], { type: this.headers.get("content-type") ?? "" });
  }

  /** @this {Body & { headers: Headers }} */
  async formData() {
    const type = this.headers.get("content-type") ?? "";
    const source = this.#take();
    const entries = source?.incoming
      ? await ask((ticket) => host.collect(ticket, "form", type))
      : host.form(await bytesIn(source), type);
    return formOf(entries);
  }

  /** @returns {BodySource | null} */
  #take() {
    if (this.bodyUsed || this.#stream?.locked) throw new TypeError("the body has been read already");
    if (this.#source === null) return null;
    this.#used = true;
    return this.#stream ? { stream: this.#stream } : this.#source;
  }

  static {
    setSource = (body, source) => {
      body.#source = source;
      body.#stream = source?.stream ?? null;
    };
    takeSource = (body) => body.#take();
    splitSource = (body) => {
      if (body.bodyUsed || body.#stream?.locked) throw new TypeError("a body that was read cannot be copied");
      if (body.#source === null || "text" in body.#source || "bytes" in body.#source) return body.#source;
      const [ours, theirs] = /** @type {ReadableStream} */ (body.body).tee();
      body.#source = { stream: ours };
      body.#stream = ours;
      return { stream: theirs };
    };
  }
}

/** @param {WholeSource | StreamSource | null} source */
async function bytesIn(source) {
  if (source === null) return new Uint8Array(0);
  if ("text" in source) return encode(source.text);
  if ("bytes" in source) return source.bytes;
  const chunks = [];
  for await (const chunk of source.stream) chunks.push(chunkBytes(chunk));
  return concat(chunks);
}

/**
 * A piece of a streamed body as bytes; text is taken too.
 * @param {unknown} chunk
 */
export function chunkBytes(chunk) {
  if (typeof chunk === "string") return encode(chunk);
  if (chunk instanceof ArrayBuffer || ArrayBuffer.isView(chunk)) return bytesOf(chunk);
  throw new TypeError(`a body is made of text and bytes, and this piece is ${chunk === null ? "null" : `of type ${typeof chunk}`}`);
}

/** @param {WholeSource | IncomingSource} source */
function streamOf(source) {
  if (!source.incoming) return ReadableStream.from("text" in source ? [encode(source.text)] : [source.bytes.slice()]);
  return new ReadableStream(
    {
      async pull(controller) {
        const chunk = await ask((ticket) => host.pull(ticket));
        if (chunk) controller.enqueue(chunk);
        else controller.close();
      },
    },
    { highWaterMark: 0 },
  );
}
