// context.files: the site's own files, by their paths in the layout (`public/photos/1.jpg`). Reading is
// possible everywhere, writing and deleting in `public/`.

import { ask } from "peerserver:ask";
import { Blob, File, contentOf } from "peerserver:blob";
import { bytesOf, encode } from "peerserver:encoding";
import { host } from "peerserver:host";

/** @param {unknown} path */
const pathOf = (path) => String(path).toWellFormed();

export const files = {
  /**
   * The file, or null if there is none.
   * @param {unknown} path
   */
  async read(path) {
    const name = pathOf(path);
    const found = await ask((ticket) => host.file(ticket, "read", name));
    return found && new File([found.bytes], name.slice(name.lastIndexOf("/") + 1), { type: found.type });
  },

  /**
   * Writes text, bytes, a Blob or a File, whether or not there was a file.
   * @param {unknown} path
   * @param {unknown} content
   */
  async write(path, content) {
    const bytes = content instanceof Blob ? contentOf(content)
      : content instanceof ArrayBuffer || ArrayBuffer.isView(content) ? bytesOf(content)
        : encode(content);
    await ask((ticket) => host.file(ticket, "write", pathOf(path), bytes));
  },

  /**
   * Was there such a file? It is gone now.
   * @param {unknown} path
   */
  delete: (path) => ask((ticket) => host.file(ticket, "delete", pathOf(path))),

  /**
   * `[{ path, size }]` of the files whose paths begin with `prefix`, in order.
   * @param {unknown} [prefix]
   */
  list: (prefix = "public/") => ask((ticket) => host.file(ticket, "list", pathOf(prefix))),
};
