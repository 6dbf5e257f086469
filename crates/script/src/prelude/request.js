// Request (Fetch Standard): what the visitor asks. Modes, caches and credentials belong to fetch, which
// does not exist here.

import { AbortController } from "peerserver:abort";
import { Body, extract, setSource, splitSource, takeSource } from "peerserver:body";
import { Headers, checked } from "peerserver:headers";
import { URL } from "peerserver:url";

/**
 * @import { AbortSignal } from "peerserver:abort"
 * @import { HeadersSource } from "peerserver:headers"
 */

const UPPER = ["DELETE", "GET", "HEAD", "OPTIONS", "POST", "PUT"];

/** @param {unknown} method */
function methodOf(method) {
  const text = String(method);
  if (!/^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/.test(text)) throw new TypeError(`${JSON.stringify(text)} is not a method`);
  const upper = text.toUpperCase();
  if (["CONNECT", "TRACE", "TRACK"].includes(upper)) throw new TypeError(`the method ${upper} is forbidden`);
  return UPPER.includes(upper) ? upper : text;
}

const RAW = Symbol("the way to make a request without checks");

/**
 * (head, signal) → the visitor's request; head is `{ method, url, headers, hasBody }`
 * @type {(head: RequestHead, signal: AbortSignal) => Request}
 */
export let incoming;

export class Request extends Body {
  #method = "GET";
  /** @type {string | undefined} */
  #url;
  /** @type {Headers | undefined} */
  #headers;
  /** @type {AbortSignal | undefined} */
  #signal;

  /**
   * @param {unknown} input
   * @param {{ method?: unknown, headers?: HeadersSource | null, signal?: AbortSignal | null, body?: unknown } | null} [options]
   */
  constructor(input, options) {
    super();
    if (input === RAW) return;
    const init = options ?? {};
    const other = input instanceof Request ? input : null;
    this.#url = other ? other.#url : new URL(input).href;
    this.#method = methodOf(init.method ?? (other ? other.#method : undefined) ?? "GET");
    this.#headers = new Headers(init.headers ?? (other ? other.#headers : undefined));
    this.#signal = init.signal ?? (other ? other.#signal : undefined) ?? new AbortController().signal;
    if (init.body !== undefined && init.body !== null) {
      if (this.#method === "GET" || this.#method === "HEAD") throw new TypeError(`a ${this.#method} request has no body`);
      const { source, type } = extract(init.body);
      setSource(this, source);
      if (type && !this.#headers.has("content-type")) this.#headers.set("content-type", type);
    } else if (other) {
      setSource(this, takeSource(other));
    }
  }

  get method() {
    return this.#method;
  }

  get url() {
    return /** @type {string} */ (this.#url);
  }

  get headers() {
    return /** @type {Headers} */ (this.#headers);
  }

  get signal() {
    return /** @type {AbortSignal} */ (this.#signal);
  }

  clone() {
    const source = splitSource(this);
    const copy = new Request(this.#url, { method: this.#method, headers: this.#headers, signal: this.#signal });
    setSource(copy, source);
    return copy;
  }

  get [Symbol.toStringTag]() {
    return "Request";
  }

  static {
    incoming = ({ method, url, headers, hasBody }, signal) => {
      const request = new Request(RAW);
      request.#method = method;
      request.#url = url;
      request.#headers = checked(headers);
      request.#signal = signal;
      setSource(request, hasBody ? { incoming: true } : null);
      return request;
    };
  }
}
