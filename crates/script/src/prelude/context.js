// What a handler gets besides the request.

import { accounts } from "peerserver:accounts";
import { console } from "peerserver:console";
import { db } from "peerserver:database";
import { events } from "peerserver:events";
import { files } from "peerserver:files";
import { host } from "peerserver:host";
import { replaceSession, session } from "peerserver:session";
import { URL } from "peerserver:url";

/**
 * @import { Request } from "peerserver:request"
 * @import { Session } from "peerserver:session"
 * @typedef {ReturnType<typeof contextOf>} Context
 */

/** @type {Set<string> | null} */
let rendered = new Set(); // What `render` has given: only that is HTML by itself.

/**
 * Is this a text that `render` has given to this request?
 * @param {string} text
 */
export const isRendered = (text) => rendered !== null && rendered.has(text);

/** The answer has begun: what is rendered from now on is a piece of it. */
export const forgetRendered = () => { rendered = null; };

/**
 * @param {unknown} template
 * @param {unknown} [data]
 */
function render(template, data = {}) {
  const text = host.render(String(template).toWellFormed(), JSON.stringify(data) ?? "null");
  rendered?.add(text);
  return text;
}

/**
 * @param {RequestHead} head
 * @param {Request} request
 */
export function contextOf({ params, visitor }, request) {
  /** @type {URL | undefined} */
  let url;
  return {
    /** @type {{ [name: string]: string }} */
    params: Object.assign(Object.create(null), Object.fromEntries(params)),
    get query() {
      url ??= new URL(request.url);
      return url.searchParams;
    },
    /** @returns {Session} */
    get session() {
      return session();
    },
    /** @param {object} data */
    set session(data) {
      replaceSession(data);
    },
    accounts,
    db,
    events,
    files,
    render,
    visitor: Object.freeze({ ...visitor }),
    log: console,
  };
}
