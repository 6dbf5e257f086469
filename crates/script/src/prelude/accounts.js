// context.accounts: who has a password at this site. Whoever is logged in stands in the session as `account`, and
// beside it `accountLogin`, which is another one for each password: a session of a password that was changed, or of an
// account that was deleted, counts no more.

import { inTransaction } from "peerserver:database";
import { host } from "peerserver:host";
import { Response } from "peerserver:response";
import { session } from "peerserver:session";

/** @param {unknown} value */
const text = (value) => String(value ?? "").toWellFormed();

/** @type {string | null} */
let cookie = null; // By which a browser that has just logged in is known later.

/** The `Set-Cookie` line that goes with a log-in of this request, or null. */
export const browserCookie = () => cookie;

/**
 * @param {string} name
 * @param {string} id
 */
function logIn(name, id) {
  session().account = name;
  session().accountLogin = id;
}

export const accounts = {
  /**
   * @param {unknown} name
   * @param {unknown} password
   */
  create: (name, password) => inTransaction("createAccount", text(name), text(password)),
  /**
   * The account, or null if that is not its password. After too many wrong ones it throws for a while.
   * @param {unknown} name
   * @param {unknown} password
   */
  verify: (name, password) => inTransaction("verify", text(name), text(password)),
  /**
   * Ends all log-ins of the account but the one in this session.
   * @param {unknown} name
   * @param {unknown} password
   */
  async setPassword(name, password) {
    const before = accounts.current;
    const changed = await inTransaction("setPassword", text(name), text(password));
    if (before === changed.name) logIn(changed.name, changed.id);
  },
  /** @param {unknown} name */
  get: (name) => inTransaction("account", text(name)),
  /** @param {unknown} name */
  delete: (name) => inTransaction("deleteAccount", text(name)),

  /**
   * Verifies, and remembers the account in a renewed session.
   * @param {unknown} name
   * @param {unknown} password
   */
  async login(name, password) {
    const login = await inTransaction("login", text(name), text(password));
    if (!login) return null;
    session().renew();
    logIn(login.account.name, login.id);
    cookie = login.cookie;
    return login.account;
  },

  /** Forgets the session. */
  logout() {
    session().destroy();
  },

  /**
   * The name of who is logged in, or null.
   * @returns {string | null}
   */
  get current() {
    const { account, accountLogin } = session();
    if (typeof account !== "string" || typeof accountLogin !== "string") return null;
    return host.loginId(account.toWellFormed()) === accountLogin ? account : null;
  },

  /**
   * The name of who is logged in; who is not is sent to another page.
   * @returns {string}
   */
  required(login = "/login") {
    if (accounts.current === null) throw Response.redirect(login, 303);
    return accounts.current;
  },
};
