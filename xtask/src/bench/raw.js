// The baseline of the benchmarks: two pages with one ordered data channel and nothing around it. A page
// opened as `raw.html?answer` answers; one opened as `raw.html` offers.
//
// Why this is not Rust: it is what the path through Rust is measured against.

const MESSAGE = 64 * 1024;
const HIGH = 4 * 1024 * 1024;
const LOW = 1024 * 1024;

/** @typedef {{ pc: RTCPeerConnection, dc: RTCDataChannel }} Peer */
/** @typedef {{ description: RTCSessionDescriptionInit, candidate?: undefined }} SaidDescription */
/** @typedef {{ candidate: RTCIceCandidateInit, description?: undefined }} SaidCandidate */
/** @typedef {SaidDescription | SaidCandidate} Said What one page tells the other. */

const answers = location.search === '?answer';
const socket = new WebSocket(`ws://${location.host}/relay/${answers ? 'answer' : 'offer'}`);
const say = (/** @type {string} */ id, /** @type {Said} */ what) => socket.send(JSON.stringify({ id, ...what }));
/** @type {Map<string, Peer>} */
const peers = new Map();

/** @param {string} id */
function peer(id) {
  if (peers.has(id)) return /** @type {Peer} */ (peers.get(id));
  const pc = new RTCPeerConnection();
  const dc = pc.createDataChannel('raw', { negotiated: true, id: 0 });
  dc.binaryType = 'arraybuffer';
  dc.bufferedAmountLowThreshold = LOW;
  pc.onicecandidate = ({ candidate }) => candidate && say(id, { candidate });
  peers.set(id, { pc, dc });
  return { pc, dc };
}

socket.onmessage = async (/** @type {MessageEvent<string>} */ { data }) => {
  /** @type {Said & { id: string }} */
  const { id, description, candidate } = JSON.parse(data);
  const { pc, dc } = peer(id);
  if (candidate) return pc.addIceCandidate(candidate);
  if (answers) dc.onmessage = (/** @type {MessageEvent<string>} */ { data: wish }) => answer(dc, wish);
  await pc.setRemoteDescription(description);
  if (answers) {
    await pc.setLocalDescription();
    say(id, { description: /** @type {RTCSessionDescription} */ (pc.localDescription) });
  }
};

/**
 * @param {RTCDataChannel} dc
 * @param {string} wish
 */
async function answer(dc, wish) {
  const chunk = new Uint8Array(MESSAGE);
  for (let left = Number(wish); left > 0; left -= MESSAGE) {
    if (dc.bufferedAmount > HIGH) await new Promise((done) => (dc.onbufferedamountlow = done));
    dc.send(chunk);
  }
}

if (!answers) {
  await new Promise((done) => (socket.onopen = done));
  const id = String(Math.random());
  const { pc, dc } = peer(id);
  dc.onopen = () => { window.opened = performance.timeOrigin + performance.now(); };
  await pc.setLocalDescription();
  say(id, { description: /** @type {RTCSessionDescription} */ (pc.localDescription) });
  // Milliseconds that so many bytes take.
  window.bulk = (bytes) => new Promise((done) => {
    let got = 0;
    const begin = performance.now();
    dc.onmessage = (/** @type {MessageEvent<ArrayBuffer>} */ { data }) => {
      got += data.byteLength;
      if (got >= bytes) done(performance.now() - begin);
    };
    dc.send(String(bytes));
  });
}
