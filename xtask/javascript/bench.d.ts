// What the scripts of benchmarks and of the stage put on `window` for whoever drives their page.

interface Window {
  /** `raw.js`: when the data channel was open, in milliseconds since 1970. */
  opened?: number;
  /** `raw.js`: the milliseconds that so many bytes take. */
  bulk(bytes: number): Promise<number>;
  /** `hostile.js`. */
  hostile: Hostile;
  /** `hostile.js`: the attempts, so that nothing ends them. */
  kept?: Attempt[];
}

/** A whole attempt of `hostile.js`. */
interface Attempt {
  /** `open`, or why it failed. */
  how: string;
  pc: RTCPeerConnection;
  channel: RTCDataChannel;
}

/** What `hostile.js` can do; it says more. */
interface Hostile {
  connect(label: string, edit?: (pc: RTCPeerConnection) => unknown): Promise<Attempt>;
  flood(label: string, count: number): Promise<number>;
  silent(label: string, count: number): Promise<string[]>;
  greedy(label: string, channels: number, streams: number, path: string): Promise<number>;
  /** How many, or why the attempt failed. */
  refused(label: string, streams: number, length: number): Promise<number | string>;
  after(label: string, act: (pc: RTCPeerConnection, channel: RTCDataChannel) => unknown): Promise<string>;
}

/** What the rendezvous says about an attempt: a message's kind and what is in it (crates/signalling/src/server.rs). */
type Signal =
  | [kind: 'answer', message: { attempt: string; sdp: string; key: string; signature: string }]
  | [kind: 'candidate', message: { attempt: string; candidate: RTCIceCandidateInit }]
  | [kind: 'failed', message: { attempt: string; reason: string; message: string }]
  | [kind: 'gone', message: { attempt: string }]
  | [kind: 'error', message: { message: string; fatal: boolean }];
