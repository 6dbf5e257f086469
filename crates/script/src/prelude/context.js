// What a handler gets besides the request.

import { accounts } from "peerserver:accounts";
import { console } from "peerserver:console";
import { db } from "peerserver:database";
import { events } from "peerserver:events";
import { files } from "peerserver:files";
import { host } from "peerserver:host";
import { replaceSession, session } from "peerserver:session";
import { URL } from "peerserver:url";

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
    render: (template, data = {}) => host.render(String(template).toWellFormed(), JSON.stringify(data) ?? "null"),
    visitor: Object.freeze({ ...visitor }),
    log: console,
  };
}
