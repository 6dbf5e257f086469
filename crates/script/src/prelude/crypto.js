// crypto (Web Cryptography): random values and digests. Keys and signatures are not here.

import { host } from "peerserver:host";
import { bytesOf } from "peerserver:encoding";

const MOST = 65536; // Bytes that one call of getRandomValues gives, as the standard has it.
const DIGESTS = ["SHA-1", "SHA-256", "SHA-384", "SHA-512"];

export const crypto = {
  /**
   * @template {ArrayBufferView} View
   * @param {View} array
   */
  getRandomValues(array) {
    if (!ArrayBuffer.isView(array) || array instanceof DataView || /^(Big)?Float|^Float/.test(array.constructor.name)) {
      throw new DOMException("getRandomValues needs an array of whole numbers", "TypeMismatchError");
    }
    if (array.byteLength > MOST) throw new DOMException(`getRandomValues gives at most ${MOST} bytes at once`, "QuotaExceededError");
    bytesOf(array).set(host.random(array.byteLength));
    return array;
  },

  randomUUID() {
    const bytes = host.random(16);
    bytes[6] = (bytes[6] & 0x0f) | 0x40;
    bytes[8] = (bytes[8] & 0x3f) | 0x80;
    const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
    return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
  },

  subtle: {
    /**
     * @param {unknown} algorithm
     * @param {unknown} data
     */
    async digest(algorithm, data) {
      const name = String(
        typeof algorithm === "object" && algorithm !== null ? /** @type {Fields} */ (algorithm).name : algorithm,
      ).toUpperCase();
      if (!DIGESTS.includes(name)) throw new DOMException(`${name} is not a digest that is known here; ${DIGESTS.join(", ")} are`, "NotSupportedError");
      return host.digest(name, bytesOf(data)).buffer;
    },
  },
};
