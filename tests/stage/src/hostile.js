// Speaks to a rendezvous and to hosts by itself, and as it likes. Runs in a page of the gateway.
(() => {
    const socket = new WebSocket(location.origin.replace('http', 'ws') + '/signal', 'peerserver.v1');
    const send = (/** @type {object} */ message) => socket.send(JSON.stringify(message));
    /** @type {Map<string, (...signal: Signal) => void>} */
    const attempts = new Map();
    const id = () => [...crypto.getRandomValues(new Uint8Array(16))].map((b) => b.toString(16).padStart(2, '0')).join('');
    /** @type {(is: true) => void} */
    let welcomed;
    /** @type {Promise<true>} */
    const ready = new Promise((resolve) => { welcomed = resolve; });
    socket.onopen = () => send({ hello: { version: 1 } });
    socket.onmessage = (/** @type {MessageEvent<string>} */ { data }) => {
        const message = JSON.parse(data);
        if (message.welcome) welcomed(true);
        // What the rendezvous cannot read it refuses without naming the attempt.
        if (message.error) attempts.forEach((answer) => answer('error', message.error));
        const [kind] = /** @type {Signal[0][]} */ (Object.keys(message));
        attempts.get(message[kind].attempt)?.(kind, message[kind]);
    };

    /** @param {(pc: RTCPeerConnection) => unknown} [edit] */
    const connection = async (edit) => {
        const pc = new RTCPeerConnection();
        const channel = pc.createDataChannel('x', { negotiated: true, id: 0 });
        channel.binaryType = 'arraybuffer';
        edit?.(pc);
        await pc.setLocalDescription();
        return { pc, channel, sdp: /** @type {RTCSessionDescription} */ (pc.localDescription).sdp };
    };

    // A whole attempt: `{how, pc, channel}`, where `how` is `open`, or why it failed.
    /** @type {Hostile['connect']} */
    const connect = async (label, edit) => {
        await ready;
        const { pc, channel, sdp } = await connection(edit);
        const attempt = id();
        /** @type {string} */
        const how = await new Promise((resolve) => {
            /** @type {RTCIceCandidateInit[]} */
            const early = [];
            attempts.set(attempt, async (kind, message) => {
                if (kind === 'answer') {
                    await pc.setRemoteDescription({ type: 'answer', sdp: message.sdp });
                    for (const candidate of early.splice(0)) pc.addIceCandidate(candidate);
                }
                if (kind === 'candidate') {
                    pc.remoteDescription ? pc.addIceCandidate(message.candidate) : early.push(message.candidate);
                }
                if (kind === 'failed') resolve(message.reason);
                if (kind === 'error') resolve('refused');
            });
            pc.onicecandidate = ({ candidate }) => candidate && send({ candidate: { attempt, candidate } });
            channel.onopen = () => { channel.send(HELLO); resolve('open'); };
            send({ connect: { attempt, label, sdp } });
            setTimeout(() => resolve('silence'), 10_000);
        });
        attempts.delete(attempt);
        send({ end: { attempt } });
        const made = { how, pc, channel };
        (window.kept ??= []).push(made);
        return made;
    };

    // The least window that every peer must take.
    const HELLO = new Uint8Array(30);
    HELLO.set(new TextEncoder().encode('PeerWire'));
    new DataView(HELLO.buffer).setUint32(8, 0x0001_0001);
    new DataView(HELLO.buffer).setUint16(12, 16);
    [64 * 1024, 128, 64 * 1024, 8 * 1024 * 1024].forEach((limit, n) => new DataView(HELLO.buffer).setUint32(14 + 4 * n, limit));

    const get = (/** @type {number} */ stream, /** @type {string} */ path) => {
        const text = new TextEncoder().encode(`GET${path}`);
        const head = new Uint8Array(3 + text.length + 2);
        head[0] = 3;
        new DataView(head.buffer).setUint16(1, path.length);
        head.set(text, 3);
        const frame = new Uint8Array(8 + head.length);
        new DataView(frame.buffer).setUint32(0, head.length);
        frame[0] = 0x11;
        new DataView(frame.buffer).setUint32(4, stream);
        frame.set(head, 8);
        return frame;
    };

    window.hostile = {
        connect,
        // So many attempts that are given up at once, with one real offer.
        flood: async (label, count) => {
            await ready;
            const { sdp } = await connection();
            for (let n = 0; n < count; n++) {
                const attempt = id();
                send({ connect: { attempt, label, sdp } });
                send({ end: { attempt } });
            }
            return count;
        },
        // So many channels, opened a few at a time, that say nothing more; how each went.
        silent: async (label, count) => {
            const went = [];
            while (went.length < count) {
                const some = Math.min(8, count - went.length);
                went.push(...await Promise.all(Array.from({ length: some }, () => connect(label).then(({ how }) => how))));
            }
            return went;
        },
        // So many channels that ask for a file on as many streams, and give no credit back; how many opened.
        greedy: async (label, channels, streams, path) => {
            let opened = 0;
            for (let n = 0; n < channels; n++) {
                const { how, channel } = await connect(label);
                if (how !== 'open') continue;
                opened++;
                for (let stream = 1; stream <= streams; stream++) channel.send(get(stream, path));
            }
            return opened;
        },
        // Of so many requests at once with addresses of so many bytes, how many are refused within two seconds. What is
        // answered gets no credit.
        refused: async (label, streams, length) => {
            const { how, channel } = await connect(label);
            if (how !== 'open') return how;
            /** @type {number[]} */
            const bytes = [];
            channel.onmessage = (/** @type {MessageEvent<ArrayBuffer>} */ { data }) =>
                bytes.push(...new Uint8Array(data));
            for (let stream = 1; stream <= streams; stream++) channel.send(get(stream, '/big.bin?'.padEnd(length, 'x')));
            await new Promise((resolve) => setTimeout(resolve, 2000));
            const view = new DataView(new Uint8Array(bytes).buffer);
            let refused = 0;
            // Behind the host's hello, a frame: its kind, 24 bits of its length, its stream.
            for (let at = HELLO.length; at + 8 <= view.byteLength; at += 8 + (view.getUint32(at) & 0xffffff)) {
                if (view.getUint8(at) === 4 && view.getUint16(at + 8) === 2) refused++;
            }
            return refused;
        },
        // What becomes of a channel after `act`.
        after: async (label, act) => {
            const { how, pc, channel } = await connect(label);
            if (how !== 'open') return how;
            return new Promise((resolve) => {
                channel.onclose = () => resolve('closed');
                setTimeout(() => resolve(channel.readyState), 10_000);
                act(pc, channel);
            });
        },
    };
    return ready;
})()
