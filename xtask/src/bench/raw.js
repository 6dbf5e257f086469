// The baseline of the benchmarks: two pages with one ordered data channel and nothing around it. A page
// opened as `raw.html?answer` answers; one opened as `raw.html` offers.
//
// Why this is not Rust: it is what the path through Rust is measured against.

const MESSAGE = 64 * 1024;
const HIGH = 4 * 1024 * 1024;
const LOW = 1024 * 1024;

const answers = location.search === '?answer';
const socket = new WebSocket(`ws://${location.host}/relay/${answers ? 'answer' : 'offer'}`);
const say = (id, what) => socket.send(JSON.stringify({ id, ...what }));
const peers = new Map();

function peer(id) {
  if (peers.has(id)) return peers.get(id);
  const pc = new RTCPeerConnection();
  const dc = pc.createDataChannel('raw', { negotiated: true, id: 0 });
  dc.binaryType = 'arraybuffer';
  dc.bufferedAmountLowThreshold = LOW;
  pc.onicecandidate = ({ candidate }) => candidate && say(id, { candidate });
  peers.set(id, { pc, dc });
  return { pc, dc };
}

socket.onmessage = async ({ data }) => {
  const { id, description, candidate } = JSON.parse(data);
  const { pc, dc } = peer(id);
  if (candidate) return pc.addIceCandidate(candidate);
  if (answers) dc.onmessage = ({ data: wish }) => answer(dc, wish);
  await pc.setRemoteDescription(description);
  if (answers) {
    await pc.setLocalDescription();
    say(id, { description: pc.localDescription });
  }
};

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
  say(id, { description: pc.localDescription });
  // Milliseconds that so many bytes take.
  window.bulk = (bytes) => new Promise((done) => {
    let got = 0;
    const begin = performance.now();
    dc.onmessage = ({ data }) => {
      got += data.byteLength;
      if (got >= bytes) done(performance.now() - begin);
    };
    dc.send(String(bytes));
  });
}
