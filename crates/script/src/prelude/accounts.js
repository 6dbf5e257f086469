// context.accounts: who has a password at this site. Whoever is logged in stands in the session as `account`.

import { inTransaction } from "peerserver:database";
import { Response } from "peerserver:response";
import { session } from "peerserver:session";

const text = (value) => String(value ?? "").toWellFormed();

export const accounts = {
  create: (name, password) => inTransaction("createAccount", text(name), text(password)),
  /** The account, or null if that is not its password. After too many wrong ones it throws for a while. */
  verify: (name, password) => inTransaction("verify", text(name), text(password)),
  setPassword: (name, password) => inTransaction("setPassword", text(name), text(password)),
  get: (name) => inTransaction("account", text(name)),
  delete: (name) => inTransaction("deleteAccount", text(name)),

  /** Verifies, and remembers the account in a renewed session. */
  async login(name, password) {
    const account = await accounts.verify(name, password);
    if (account) {
      session().renew();
      session().account = account.name;
    }
    return account;
  },

  /** Forgets the session. */
  logout() {
    session().destroy();
  },

  /** The name of who is logged in, or null. */
  get current() {
    return session().account ?? null;
  },

  /** The name of who is logged in; who is not is sent to another page. */
  required(login = "/login") {
    if (accounts.current === null) throw Response.redirect(login, 303);
    return accounts.current;
  },
};
