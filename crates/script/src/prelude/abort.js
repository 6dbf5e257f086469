// Event, EventTarget, AbortController and AbortSignal (DOM Standard), as far as they make sense without a tree
// of nodes. `request.signal` aborts when the visitor leaves.

/**
 * @typedef {(event: Event) => unknown} ListenerFunction
 * @typedef {ListenerFunction | { handleEvent: ListenerFunction }} Listener
 */

export class Event {
  #type;
  #cancelable;
  #prevented = false;
  /** @type {EventTarget | null} */
  target = null;

  /**
   * @param {unknown} type
   * @param {{ cancelable?: boolean }} [options]
   */
  constructor(type, { cancelable = false } = {}) {
    this.#type = String(type);
    this.#cancelable = Boolean(cancelable);
  }

  get type() {
    return this.#type;
  }

  get currentTarget() {
    return this.target;
  }

  get defaultPrevented() {
    return this.#prevented;
  }

  preventDefault() {
    if (this.#cancelable) this.#prevented = true;
  }
}

export class EventTarget {
  /** @type {{ type: string, listener: Listener, once: boolean }[]} */
  #listeners = [];

  /**
   * @param {unknown} type
   * @param {Listener | null} [listener]
   * @param {boolean | { once?: boolean, signal?: AbortSignal } | null} [options]
   */
  addEventListener(type, listener, options) {
    if (listener === null || listener === undefined) return;
    const { once = false, signal } = typeof options === "object" && options !== null ? options : {};
    const name = String(type);
    if (signal?.aborted || this.#listeners.some((other) => other.type === name && other.listener === listener)) return;
    this.#listeners.push({ type: name, listener, once });
    signal?.addEventListener("abort", () => this.removeEventListener(name, listener), { once: true });
  }

  /**
   * @param {unknown} type
   * @param {Listener | null} [listener]
   */
  removeEventListener(type, listener) {
    const name = String(type);
    this.#listeners = this.#listeners.filter((other) => other.type !== name || other.listener !== listener);
  }

  /** @param {Event} event */
  dispatchEvent(event) {
    event.target = this;
    const property = /** @type {Fields} */ (/** @type {unknown} */ (this))[`on${event.type}`];
    if (typeof property === "function") guarded(property, this, event);
    for (const { type, listener, once } of [...this.#listeners]) {
      if (type !== event.type) continue;
      if (once) this.removeEventListener(type, listener);
      if (typeof listener === "function") guarded(listener, this, event);
      else guarded(listener.handleEvent, listener, event);
    }
    return !event.defaultPrevented;
  }
}

/**
 * A listener that throws does not keep the others from being called.
 * @param {Function} listener
 * @param {unknown} self
 * @param {Event} event
 */
function guarded(listener, self, event) {
  try {
    listener.call(self, event);
  } catch (error) {
    console.error(error);
  }
}

const KEY = Symbol("the way to make a signal");
/** @type {(signal: AbortSignal, reason: unknown) => void} */
let abort; // (signal, reason)

export class AbortSignal extends EventTarget {
  #aborted = false;
  /** @type {unknown} */
  #reason;
  /** @type {ListenerFunction | null} */
  onabort = null;

  /** @param {unknown} key */
  constructor(key) {
    if (key !== KEY) throw new TypeError("a signal comes from an AbortController");
    super();
  }

  get aborted() {
    return this.#aborted;
  }

  get reason() {
    return this.#reason;
  }

  throwIfAborted() {
    if (this.#aborted) throw this.#reason;
  }

  /** @param {unknown} [reason] */
  static abort(reason) {
    const controller = new AbortController();
    controller.abort(reason);
    return controller.signal;
  }

  /** @param {number} milliseconds */
  static timeout(milliseconds) {
    const controller = new AbortController();
    setTimeout(() => controller.abort(new DOMException("the time is over", "TimeoutError")), milliseconds);
    return controller.signal;
  }

  /** @param {Iterable<AbortSignal>} signals */
  static any(signals) {
    const controller = new AbortController();
    for (const signal of signals) {
      if (signal.aborted) {
        controller.abort(signal.reason);
        break;
      }
      signal.addEventListener("abort", () => controller.abort(signal.reason), { once: true });
    }
    return controller.signal;
  }

  static {
    abort = (signal, reason) => {
      if (signal.#aborted) return;
      signal.#aborted = true;
      signal.#reason = reason === undefined ? new DOMException("this was aborted", "AbortError") : reason;
      signal.dispatchEvent(new Event("abort"));
    };
  }
}

export class AbortController {
  #signal = new AbortSignal(KEY);

  get signal() {
    return this.#signal;
  }

  /** @param {unknown} [reason] */
  abort(reason) {
    abort(this.#signal, reason);
  }
}
