// Response (Fetch Standard): what a handler answers.

import { Body, extract, setSource, splitSource } from "peerserver:body";
import { Headers } from "peerserver:headers";
import { URL } from "peerserver:url";

/**
 * @import { HeadersSource } from "peerserver:headers"
 * @typedef {{ status?: unknown, statusText?: string, headers?: HeadersSource | null }} ResponseInit
 */

const NULL_BODY = [101, 204, 205, 304];
const REDIRECTS = [301, 302, 303, 307, 308];

/**
 * The address of the visitor's request; relative redirects go from there.
 * @type {string | undefined}
 */
let base;
/** @param {string} url */
export const setBase = (url) => { base = url; };

export class Response extends Body {
  #status;
  #statusText;
  /** @type {Headers} */
  #headers;
  #type = "default";

  /**
   * @param {unknown} [body]
   * @param {ResponseInit | null} [init]
   */
  constructor(body = null, init = {}) {
    super();
    const { status = 200, statusText = "", headers } = init ?? {};
    const number = Number(status);
    if (!Number.isInteger(number) || number < 200 || number > 599) throw new RangeError(`${status} is not a status; 200 to 599 are`);
    if (!/^[\t\x20-\x7e\x80-\xff]*$/.test(statusText)) throw new TypeError("statusText has characters that cannot stand there");
    this.#status = number;
    this.#statusText = String(statusText);
    this.#headers = new Headers(headers);
    const { source, type } = extract(body);
    if (source && NULL_BODY.includes(number)) throw new TypeError(`an answer with status ${number} has no body`);
    setSource(this, source);
    if (type && !this.#headers.has("content-type")) this.#headers.set("content-type", type);
  }

  /**
   * @param {unknown} data
   * @param {ResponseInit | null} [init]
   */
  static json(data, init = {}) {
    const text = JSON.stringify(data);
    if (text === undefined) throw new TypeError("this cannot be written as JSON");
    const headers = new Headers(init?.headers);
    if (!headers.has("content-type")) headers.set("content-type", "application/json");
    return new Response(text, { ...init, headers });
  }

  /**
   * @param {unknown} url
   * @param {unknown} [status]
   */
  static redirect(url, status = 302) {
    if (!REDIRECTS.includes(Number(status))) throw new RangeError(`${status} is not a redirect; ${REDIRECTS.join(", ")} are`);
    const target = new URL(url, base);
    const here = base && target.origin === new URL(base).origin;
    // A visitor's browser may know this site by another origin than the host does.
    const location = here ? target.pathname + target.search + target.hash : target.href;
    return new Response(null, { status, headers: { location } });
  }

  static error() {
    const response = new Response();
    response.#status = 0;
    response.#type = "error";
    return response;
  }

  get status() {
    return this.#status;
  }

  get statusText() {
    return this.#statusText;
  }

  get ok() {
    return this.#status >= 200 && this.#status < 300;
  }

  get redirected() {
    return false;
  }

  get type() {
    return this.#type;
  }

  get url() {
    return "";
  }

  get headers() {
    return this.#headers;
  }

  clone() {
    const source = splitSource(this);
    const copy = new Response(null, { status: this.#status || 200, statusText: this.#statusText, headers: this.#headers });
    copy.#status = this.#status;
    copy.#type = this.#type;
    setSource(copy, source);
    return copy;
  }

  get [Symbol.toStringTag]() {
    return "Response";
  }
}
