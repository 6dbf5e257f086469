// The names that a site's code finds everywhere.
//
// `Math.random` is not the engine's, which begins with the time: whoever knows when a request ran would know what it
// gave. Tokens and ids are made with it, whatever it is meant for.

import * as abort from "peerserver:abort";
import * as blob from "peerserver:blob";
import { structuredClone } from "peerserver:clone";
import { console } from "peerserver:console";
import { crypto } from "peerserver:crypto";
import { TextDecoder, TextEncoder } from "peerserver:encoding";
import { FormData } from "peerserver:form_data";
import { Headers } from "peerserver:headers";
import { host } from "peerserver:host";
import { Request } from "peerserver:request";
import { Response } from "peerserver:response";
import * as stream from "peerserver:stream";
import { clearInterval, clearTimeout, setInterval, setTimeout } from "peerserver:timers";
import { URL, URLSearchParams } from "peerserver:url";

const { AbortController, AbortSignal, Event, EventTarget } = abort;
const { Blob, File } = blob;
const { ReadableStream, ReadableStreamDefaultController, ReadableStreamDefaultReader } = stream;

const names = {
  AbortController, AbortSignal, Blob, Event, EventTarget, File, FormData, Headers, ReadableStream,
  ReadableStreamDefaultController, ReadableStreamDefaultReader, Request, Response, TextDecoder, TextEncoder, URL,
  URLSearchParams, clearInterval, clearTimeout, console, crypto, setInterval, setTimeout, structuredClone,
};

for (const [name, value] of Object.entries(names)) {
  Object.defineProperty(globalThis, name, { value, writable: true, enumerable: false, configurable: true });
}
globalThis.self = globalThis;

const BATCH = 512; // Bytes that are fetched at once: 64 numbers.
let words = new Uint32Array(0);
let used = 0;

/** 53 random bits as a number from 0 to below 1. */
function random() {
  if (used >= words.length) {
    words = new Uint32Array(host.random(BATCH).buffer);
    used = 0;
  }
  const high = words[used++] >>> 5;
  const low = words[used++] >>> 6;
  return (high * 2 ** 26 + low) / 2 ** 53;
}
Object.defineProperty(Math, "random", { value: random, writable: true, enumerable: false, configurable: true });

// There is one thread, and nothing to share with another.
delete /** @type {{ SharedArrayBuffer?: unknown }} */ (globalThis).SharedArrayBuffer;
delete /** @type {{ Atomics?: unknown }} */ (globalThis).Atomics;
