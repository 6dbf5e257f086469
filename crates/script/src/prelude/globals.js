// The names that a site's code finds everywhere.

import * as abort from "peerserver:abort";
import * as blob from "peerserver:blob";
import { structuredClone } from "peerserver:clone";
import { console } from "peerserver:console";
import { crypto } from "peerserver:crypto";
import { TextDecoder, TextEncoder } from "peerserver:encoding";
import { FormData } from "peerserver:form_data";
import { Headers } from "peerserver:headers";
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

// There is one thread, and nothing to share with another.
delete globalThis.SharedArrayBuffer;
delete globalThis.Atomics;
