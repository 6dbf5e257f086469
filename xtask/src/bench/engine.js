// Drives a box as the network document does, by the messages of `messages::site_box`, without a network.
//
// Why this is not Rust: it runs in a page of the product, which `cargo xtask bench` only looks at from outside.
// An expression: a function that starts a box with these files and gives what asks it.

/** @typedef {Extract<import('messages').RequestEvent, { kind: 'response' }>} Answer */

(async (/** @type {[path: string, text: string][]} */ files, /** @type {string} */ folder) => {
  const worker = new Worker('/box/box.js', { type: 'module' });
  /** @type {Map<number, { resolve(answer: Answer): void, reject(error: Error): void }>} */
  const waiting = new Map();
  /** @type {{ resolve(): void, reject(error: Error): void }} */
  let ready;
  /** @type {Promise<void>} */
  const started = new Promise((resolve, reject) => (ready = { resolve, reject }));
  const fail = (/** @type {string} */ message) => {
    const error = new Error(message);
    ready.reject(error);
    for (const { reject } of waiting.values()) reject(error);
  };
  worker.onerror = () => fail('the box was not loaded');
  worker.onmessage = (/** @type {MessageEvent<import('messages').FromBox>} */ { data }) => {
    if (data.kind === 'ready') ready.resolve();
    else if (data.kind === 'failed' || data.kind === 'crashed') fail(data.message);
    else if (data.kind === 'request' && data.event.kind === 'response' && data.event.end) {
      waiting.get(data.id)?.resolve(data.event);
      waiting.delete(data.id);
    } else if (data.kind === 'request') fail('the answer is not one message');
  };
  const encoder = new TextEncoder();
  const list = files.map(([path, text]) => ({ path, bytes: encoder.encode(text) }));
  worker.postMessage(/** @satisfies {import('messages').ToBox} */ ({ kind: 'start', folder, files: list }));
  await started;

  let last = 0;
  /** @type {(method: string, target: string, cookie?: string) => Promise<Answer>} */
  const ask = (method, target, cookie) =>
    new Promise((resolve, reject) => {
      const id = ++last;
      waiting.set(id, { resolve, reject });
      const headers = cookie ? ['cookie', cookie] : [];
      const origin = location.origin;
      worker.postMessage(/** @satisfies {import('messages').ToBox} */ ({
        kind: 'request', id, method, target, headers, origin, body: false,
        visitor: 'bench', network: '', transport: 'direct',
      }));
    });
  const text = (/** @type {Answer} */ { status, bytes }) => {
    const body = new TextDecoder().decode(/** @type {Uint8Array} */ (bytes));
    if (status !== 200) throw new Error(`${status}: ${body}`);
    return body;
  };

  text(await ask('POST', '/fill'));
  const { headers } = await ask('GET', '/guests');
  const cookie = headers[headers.indexOf('set-cookie') + 1].split(';')[0];

  return {
    /**
     * Requests a second, so many at a time, and which visit of its session the last one was.
     *
     * @param {number} milliseconds
     * @param {number} atOnce
     */
    async measure(milliseconds, atOnce) {
      const begin = performance.now();
      let count = 0;
      let page = '';
      const one = async () => {
        while (performance.now() - begin < milliseconds) {
          page = text(await ask('GET', '/guests', cookie));
          count += 1;
        }
      };
      await Promise.all(Array.from({ length: atOnce }, one));
      return [
        count / ((performance.now() - begin) / 1000),
        Number(/** @type {RegExpExecArray} */ (/<b>(\d+)<\/b>/.exec(page))[1]),
      ];
    },
    end: () => worker.terminate(),
  };
})
