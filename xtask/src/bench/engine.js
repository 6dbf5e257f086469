// Drives a box as the network document does, by the messages of `messages::site_box`, without a network.
//
// Why this is not Rust: it runs in a page of the product, which `cargo xtask bench` only looks at from outside.
// An expression: a function that starts a box with these files and gives what asks it.

(async (files, folder) => {
  const worker = new Worker('/box/box.js', { type: 'module' });
  const waiting = new Map();
  let ready;
  const started = new Promise((resolve, reject) => (ready = { resolve, reject }));
  const fail = (message) => {
    const error = new Error(message);
    ready.reject(error);
    for (const { reject } of waiting.values()) reject(error);
  };
  worker.onerror = () => fail('the box was not loaded');
  worker.onmessage = ({ data }) => {
    const { kind, id, event } = data;
    if (kind === 'ready') ready.resolve();
    else if (kind === 'failed' || kind === 'crashed') fail(data.message);
    else if (kind === 'request' && event.end) {
      waiting.get(id)?.resolve(event);
      waiting.delete(id);
    } else if (kind === 'request') fail('the answer is not one message');
  };
  const encoder = new TextEncoder();
  const list = files.map(([path, text]) => ({ path, bytes: encoder.encode(text) }));
  worker.postMessage({ kind: 'start', folder, files: list });
  await started;

  let last = 0;
  const ask = (method, target, cookie) =>
    new Promise((resolve, reject) => {
      const id = ++last;
      waiting.set(id, { resolve, reject });
      const headers = cookie ? ['cookie', cookie] : [];
      const origin = location.origin;
      worker.postMessage({ kind: 'request', id, method, target, headers, origin, body: false, visitor: 'bench', network: '', transport: 'direct' });
    });
  const text = ({ status, bytes }) => {
    const body = new TextDecoder().decode(bytes);
    if (status !== 200) throw new Error(`${status}: ${body}`);
    return body;
  };

  text(await ask('POST', '/fill'));
  const { headers } = await ask('GET', '/guests');
  const cookie = headers[headers.indexOf('set-cookie') + 1].split(';')[0];

  return {
    /** Requests a second, so many at a time, and which visit of its session the last one was. */
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
      return [count / ((performance.now() - begin) / 1000), Number(/<b>(\d+)<\/b>/.exec(page)[1])];
    },
    end: () => worker.terminate(),
  };
})
