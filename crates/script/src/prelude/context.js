// What a handler gets besides the request.

import { accounts } from "peerserver:accounts";
import { console } from "peerserver:console";
import { db } from "peerserver:database";
import { events } from "peerserver:events";
import { files } from "peerserver:files";
import { host } from "peerserver:host";
import { replaceSession, session } from "peerserver:session";
import { URL } from "peerserver:url";

let rendered = new Set(); // What `render` has given: only that is HTML by itself.

/** Is this a text that `render` has given to this request? */
export const isRendered = (text) => rendered !== null && rendered.has(text);

/** The answer has begun: what is rendered from now on is a piece of it. */
export const forgetRendered = () => { rendered = null; };

function render(template, data = {}) {
  const text = host.render(String(template).toWellFormed(), JSON.stringify(data) ?? "null");
  rendered?.add(text);
  return text;
}

export function contextOf({ params, visitor }, request) {
  let url;
  return {
    params: Object.assign(Object.create(null), Object.fromEntries(params)),
    get query() {
      url ??= new URL(request.url);
      return url.searchParams;
    },
    get session() {
      return session();
    },
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
