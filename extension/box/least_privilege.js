// Removes every API from this Worker that the box does not need, before any of the box's wasm has run and before a
// file of the site is here.
//
// A Worker of the extension has the extension's origin: its databases, all sites' private files, the network. The
// interpreter and SQLite are C, and whoever corrupts the wasm's memory can call whatever the glue's imports reach
// from the global object. So the global object and its prototypes keep what is named here and nothing else: what a
// browser adds in future is gone as well. What is left can compute, wait, know the time, make random bytes, post to
// the Worker's owner, and open files below the site's own folder.
//
// Syntax cannot be removed. `import()` runs in this same realm, so what it loads finds no more than is
// here, and the extension's policy (`script-src 'self'`) lets it load the extension's own files only; wasm has no
// such syntax and cannot make any, for the same policy refuses `eval`, `Function` and timers with texts.
//
// Why this is not Rust: it must come before the wasm.

// ECMAScript's own, which reach nothing. `eval` is not among them.
const LANGUAGE = [
  'AggregateError', 'Array', 'ArrayBuffer', 'Atomics', 'BigInt', 'BigInt64Array', 'BigUint64Array', 'Boolean',
  'DataView', 'Date', 'Error', 'EvalError', 'FinalizationRegistry', 'Float16Array', 'Float32Array', 'Float64Array',
  'Function', 'Infinity', 'Int16Array', 'Int32Array', 'Int8Array', 'Intl', 'Iterator', 'JSON', 'Map', 'Math', 'NaN',
  'Number', 'Object', 'Promise', 'Proxy', 'RangeError', 'ReferenceError', 'Reflect', 'RegExp', 'Set', 'String',
  'Symbol', 'SyntaxError', 'TypeError', 'URIError', 'Uint16Array', 'Uint32Array', 'Uint8Array', 'Uint8ClampedArray',
  'WeakMap', 'WeakRef', 'WeakSet', 'WebAssembly', 'decodeURI', 'decodeURIComponent', 'encodeURI',
  'encodeURIComponent', 'globalThis', 'isFinite', 'isNaN', 'parseFloat', 'parseInt', 'undefined',
];

// The browser's. The classes serve for `instanceof` only: their constructors cannot be called.
const BROWSER = [
  'DedicatedWorkerGlobalScope', 'FileSystemDirectoryHandle', 'FileSystemFileHandle', 'FileSystemSyncAccessHandle',
  'TextDecoder', 'TextEncoder', 'addEventListener', 'clearTimeout', 'postMessage', 'queueMicrotask',
  'removeEventListener', 'self', 'setTimeout',
];

const KEPT = new Set([...LANGUAGE, ...BROWSER, Symbol.toStringTag]);

// `folder` is the only directory of the origin's private files that this Worker can open from now on: whatever name is looked
// up in their root, it is returned. Without it there are none. Throws, and the box does not start, if something cannot be
// removed.
/** @param {FileSystemDirectoryHandle | undefined} folder */
export function dropPrivileges(folder) {
  const { performance, crypto } = globalThis;
  const root = Object.freeze({ getDirectoryHandle: async () => folder });
  const storage = Object.freeze({ getDirectory: async () => root });
  // A bound function does not reveal the object that it is bound to.
  const replacements = {
    performance: Object.freeze({ now: performance.now.bind(performance) }),
    crypto: Object.freeze({ getRandomValues: crypto.getRandomValues.bind(crypto) }),
    navigator: Object.freeze(folder ? { storage } : {}),
  };
  for (let object = globalThis; object && object !== Object.prototype; object = Object.getPrototypeOf(object)) {
    for (const name of Reflect.ownKeys(object)) {
      if (!KEPT.has(name) && !Reflect.deleteProperty(object, name) && !isNumber(object, name)) {
        throw new Error(`${String(name)} cannot be removed from this Worker`);
      }
    }
  }
  for (const [name, value] of Object.entries(replacements)) {
    Object.defineProperty(globalThis, name, { value, writable: false, configurable: false, enumerable: true });
  }
  // A name that is neither kept nor ours must be gone, wherever it came from.
  for (const name of ['indexedDB', 'fetch', 'caches', 'Worker', 'importScripts', 'chrome', 'browser']) {
    if (Reflect.get(globalThis, name) !== undefined) throw new Error(`${name} cannot be removed from this Worker`);
  }
}

// Constants of old interfaces (`TEMPORARY`) cannot be deleted, and reach nothing.
/**
 * @param {object} object
 * @param {string | symbol} name
 */
function isNumber(object, name) {
  return typeof Reflect.getOwnPropertyDescriptor(object, name)?.value === 'number';
}
