// What the build writes into the site worker's parts (`xtask/src/worker_parts.rs`).

/** The files of the gateway on a site's origin, by their names. */
declare const FILES: Record<string, string>;
/** Response headers by these names; `file` has those of all others. */
declare const POLICY: Record<string, Record<string, string>>;
declare const cookieStore: CookieStore;
