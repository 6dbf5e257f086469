// ReadableStream (Streams Standard) with its default reader and controller: what bodies need. Byte streams
// are read as ordinary ones; writable and transform streams are not here.

const KEY = Symbol("the way to make a controller");
const ENDED = Symbol("the stream closed or failed");
/** @type {(stream: ReadableStream) => ReadableStreamDefaultController} */
let makeController; // (stream) → controller
/** @type {(stream: ReadableStream, reader: ReadableStreamDefaultReader) => Lock} */
let lock; // (stream, reader) → what a reader may do
/**
 * Whether somebody has read from the stream or cancelled it.
 * @type {(stream: ReadableStream) => boolean}
 */
export let isDisturbed;

/**
 * @typedef {"readable" | "closed" | "errored"} State
 * @typedef {{ done: boolean, value: unknown }} ReadResult
 *
 * @typedef {object} Source
 * @property {(controller: ReadableStreamDefaultController) => unknown} [start]
 * @property {(controller: ReadableStreamDefaultController) => unknown} [pull]
 * @property {(reason: unknown) => unknown} [cancel]
 *
 * @typedef {object} Strategy
 * @property {number} [highWaterMark]
 * @property {(chunk: any) => unknown} [size]
 *
 * @typedef {object} Lock
 * @property {() => Promise<ReadResult>} read
 * @property {(reason: unknown) => Promise<void>} cancel
 * @property {() => State} state
 * @property {() => unknown} error
 * @property {() => void} release
 *
 * @typedef {object} Controlled
 * @property {() => number | null} desired
 * @property {(value: unknown) => void} enqueue
 * @property {() => void} finish
 * @property {(error: unknown) => void} fail
 */

export class ReadableStream {
  /** @type {State} */
  #state = "readable"; // or "closed", "errored"
  /** @type {unknown} */
  #error;
  /** @type {{ value: unknown, size: number }[]} */
  #queue = [];
  #closing = false; // close() was called; the queue is still being read.
  #source;
  #highWaterMark;
  #size;
  #started = false;
  #pulling = false;
  #pullAgain = false;
  /** @type {PromiseWithResolvers<ReadResult>[]} */
  #reads = []; // Readers' promises that wait for a chunk.
  /** @type {ReadableStreamDefaultReader | null} */
  #reader = null;
  #disturbed = false;
  #controller;

  /**
   * @param {Source} [source]
   * @param {Strategy} [strategy]
   */
  constructor(source = {}, { highWaterMark = 1, size = () => 1 } = {}) {
    this.#source = source;
    this.#highWaterMark = Number(highWaterMark);
    this.#size = size;
    if (Number.isNaN(this.#highWaterMark) || this.#highWaterMark < 0) throw new RangeError("highWaterMark is a number from 0 on");
    this.#controller = makeController(this);
    const started = source.start?.(this.#controller);
    Promise.resolve(started).then(
      () => {
        this.#started = true;
        this.#pull();
      },
      (error) => this.#fail(error),
    );
  }

  /** @param {MaybeIterable | null} [iterable] */
  static from(iterable) {
    const make = iterable?.[Symbol.asyncIterator] ?? iterable?.[Symbol.iterator];
    if (typeof make !== "function") throw new TypeError("ReadableStream.from needs something that can be iterated");
    const iterator = make.call(iterable);
    return new ReadableStream(
      {
        async pull(controller) {
          const { done, value } = await iterator.next();
          if (done) controller.close();
          else controller.enqueue(await value);
        },
        async cancel(reason) {
          await iterator.return?.(reason);
        },
      },
      { highWaterMark: 0 },
    );
  }

  get locked() {
    return this.#reader !== null;
  }

  /** @param {{ mode?: unknown }} [options] */
  getReader({ mode } = {}) {
    if (mode !== undefined) throw new TypeError("only the default reader is known here");
    return new ReadableStreamDefaultReader(this);
  }

  /** @param {unknown} [reason] */
  async cancel(reason) {
    if (this.locked) throw new TypeError("a stream that is being read can only be cancelled by its reader");
    await this.#cancel(reason);
  }

  tee() {
    const reader = this.getReader();
    /** @type {{ enqueue(value: unknown): void, close(): void }[]} */
    const branches = [];
    let left = 2;
    const pull = async () => {
      const { done, value } = await reader.read();
      for (const branch of branches) {
        if (done) branch.close();
        else branch.enqueue(value);
      }
    };
    /** @param {unknown} reason */
    const cancel = async (reason) => {
      if (--left === 0) await reader.cancel(reason);
    };
    /** @param {number} i */
    const branch = (i) => new ReadableStream({
      start: (controller) => { branches[i] = open(controller); },
      pull,
      cancel: async (reason) => {
        branches[i] = { enqueue() {}, close() {} };
        await cancel(reason);
      },
    }, { highWaterMark: 0 });
    /** @param {ReadableStreamDefaultController} controller */
    const open = (controller) => {
      reader.closed.catch((error) => controller.error(error));
      return controller;
    };
    return [branch(0), branch(1)];
  }

  /**
   * @param {{ preventCancel?: boolean }} [options]
   * @returns {AsyncGenerator<unknown, void>}
   */
  async *values({ preventCancel = false } = {}) {
    const reader = this.getReader();
    let ended = false;
    try {
      for (;;) {
        const { done, value } = await reader.read();
        ended = done;
        if (done) return;
        yield value;
      }
    } catch (error) {
      ended = true;
      throw error;
    } finally {
      if (!ended && !preventCancel) await reader.cancel();
      reader.releaseLock();
    }
  }

  /** @param {{ preventCancel?: boolean }} [options] */
  [Symbol.asyncIterator](options) {
    return this.values(options);
  }

  get [Symbol.toStringTag]() {
    return "ReadableStream";
  }

  /** @returns {Promise<ReadResult>} */
  #read() {
    this.#disturbed = true;
    if (this.#queue.length) {
      const value = /** @type {{ value: unknown }} */ (this.#queue.shift()).value;
      if (this.#closing && this.#queue.length === 0) this.#close();
      else this.#pull();
      return Promise.resolve({ done: false, value });
    }
    if (this.#state === "closed") return Promise.resolve({ done: true, value: undefined });
    if (this.#state === "errored") return Promise.reject(this.#error);
    /** @type {PromiseWithResolvers<ReadResult>} */
    const read = Promise.withResolvers();
    this.#reads.push(read);
    this.#pull();
    return read.promise;
  }

  #desired() {
    if (this.#state === "errored") return null;
    if (this.#state === "closed") return 0;
    return this.#queue.reduce((room, { size }) => room - size, this.#highWaterMark);
  }

  #pull() {
    const wanted =
      this.#state === "readable" && !this.#closing && this.#started &&
      (this.#reads.length > 0 || /** @type {number} */ (this.#desired()) > 0);
    if (!wanted) return;
    if (this.#pulling) {
      this.#pullAgain = true;
      return;
    }
    this.#pulling = true;
    const pulled = async () => this.#source.pull?.(this.#controller);
    pulled().then(
      () => {
        this.#pulling = false;
        if (!this.#pullAgain) return;
        this.#pullAgain = false;
        this.#pull();
      },
      (error) => this.#fail(error),
    );
  }

  /** @param {unknown} value */
  #enqueue(value) {
    if (this.#state !== "readable" || this.#closing) throw new TypeError("the stream is closed; nothing can be added");
    const read = this.#reads.shift();
    if (read) read.resolve({ done: false, value });
    else this.#queue.push({ value, size: Number(this.#size(value)) });
    this.#pull();
  }

  #finish() {
    if (this.#state !== "readable" || this.#closing) throw new TypeError("the stream is closed already");
    this.#closing = true;
    if (this.#queue.length === 0) this.#close();
  }

  #close() {
    this.#state = "closed";
    for (const read of this.#reads.splice(0)) read.resolve({ done: true, value: undefined });
    this.#reader?.[ENDED]();
  }

  /** @param {unknown} error */
  #fail(error) {
    if (this.#state !== "readable") return;
    this.#state = "errored";
    this.#error = error;
    this.#queue = [];
    for (const read of this.#reads.splice(0)) read.reject(error);
    this.#reader?.[ENDED]();
  }

  /** @param {unknown} reason */
  async #cancel(reason) {
    this.#disturbed = true;
    if (this.#state === "closed") return;
    if (this.#state === "errored") throw this.#error;
    this.#queue = [];
    this.#close();
    await this.#source.cancel?.(reason);
  }

  static {
    isDisturbed = (stream) => stream.#disturbed;
    makeController = (stream) => new ReadableStreamDefaultController(KEY, {
      desired: () => stream.#desired(),
      enqueue: (value) => stream.#enqueue(value),
      finish: () => stream.#finish(),
      fail: (error) => stream.#fail(error),
    });
    lock = (stream, reader) => {
      if (stream.#reader) throw new TypeError("the stream is being read already");
      stream.#reader = reader;
      return {
        read: () => stream.#read(),
        cancel: (reason) => stream.#cancel(reason),
        state: () => stream.#state,
        error: () => stream.#error,
        release: () => {
          stream.#reader = null;
          const released = new TypeError("the reader was released");
          for (const read of stream.#reads.splice(0)) read.reject(released);
        },
      };
    };
  }
}

export class ReadableStreamDefaultController {
  #to;

  /**
   * @param {unknown} key
   * @param {Controlled} to
   */
  constructor(key, to) {
    if (key !== KEY) throw new TypeError("a controller comes with a ReadableStream");
    this.#to = to;
  }

  get desiredSize() {
    return this.#to.desired();
  }

  /** @param {unknown} [chunk] */
  enqueue(chunk) {
    this.#to.enqueue(chunk);
  }

  close() {
    this.#to.finish();
  }

  /** @param {unknown} [reason] */
  error(reason) {
    this.#to.fail(reason);
  }
}

export class ReadableStreamDefaultReader {
  /** @type {Lock | null} */
  #stream;
  /** @type {PromiseWithResolvers<void>} */
  #closed = Promise.withResolvers();

  /** @param {ReadableStream} stream */
  constructor(stream) {
    this.#closed.promise.catch(() => {}); // Nobody has to ask how it ended.
    this.#stream = lock(stream, this);
    this[ENDED]();
  }

  get closed() {
    return this.#closed.promise;
  }

  async read() {
    return this.#open().read();
  }

  /** @param {unknown} [reason] */
  async cancel(reason) {
    await this.#open().cancel(reason);
  }

  releaseLock() {
    if (!this.#stream) return;
    this.#stream.release();
    this.#stream = null;
    this.#closed.reject(new TypeError("the reader was released"));
  }

  #open() {
    if (!this.#stream) throw new TypeError("the reader was released");
    return this.#stream;
  }

  [ENDED]() {
    if (/** @type {Lock} */ (this.#stream).state() === "closed") this.#closed.resolve();
    if (/** @type {Lock} */ (this.#stream).state() === "errored") {
      this.#closed.reject(/** @type {Lock} */ (this.#stream).error());
    }
  }
}
