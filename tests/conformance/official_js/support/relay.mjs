// A TCP relay in front of chat_service that can be cut like a cable, after a certain frame, or choked.
import net from 'node:net';
import { FrameReader } from './frame_reader.mjs';

export class Relay {
  /** Forwards to `address` ("host:port"); closed at the end of the case `t`. */
  static async start(t, address) {
    const relay = new Relay(address);
    await new Promise((resolve) => relay.server.listen(0, '127.0.0.1', resolve));
    t.after(() => relay.stop());
    return relay;
  }

  constructor(address) {
    const [host, port] = address.split(':');
    this.target = { host, port: Number(port) };
    this.sockets = new Set();
    this.far = new Set();
    this.open = true;
    this.choked = false;
    this.accepted = 0;
    this.frames = 0; // of WebSocket, both directions, since the start or the last cutAfter()
    this.server = net.createServer((near) => this.accept(near));
  }

  get url() {
    return `ws://127.0.0.1:${this.server.address().port}/v3/wsconnect`;
  }

  accept(near) {
    near.on('error', () => {});
    if (!this.open) return void near.destroy();
    this.accepted += 1;
    const far = net.connect(this.target);
    far.on('error', () => {});
    this.far.add(far);
    far.on('close', () => this.far.delete(far));
    for (const [one, other] of [[near, far], [far, near]]) {
      this.sockets.add(one);
      one.setNoDelay(true);
      this.carry(one, other);
      one.on('close', () => {
        this.sockets.delete(one);
        other.destroy();
      });
    }
    if (this.choked) far.pause();
  }

  carry(one, other) {
    const reader = new FrameReader();
    one.on('data', (chunk) => {
      for (const end of reader.ends(chunk)) {
        this.frames += 1;
        if (this.frames === this.last) return this.flapAfter(other, chunk.subarray(0, end));
      }
      if (other.write(chunk)) return;
      one.pause();
      other.once('drain', () => {
        if (!(this.choked && this.far.has(one))) one.resume();
      });
    });
    one.on('end', () => other.end());
  }

  /** Breaks every connection when this many more frames have gone through, in whatever direction; then no more. */
  cutAfter(frames) {
    this.frames = 0;
    this.last = frames;
  }
  flapAfter(socket, bytes) {
    socket.write(bytes, () => this.flap());
  }

  /** Breaks every connection and refuses new ones until mend(). */
  cut() {
    this.open = false;
    this.flap();
  }
  /** Breaks every connection; new ones work at once. */
  flap() {
    for (const socket of this.sockets) socket.destroy();
  }
  mend() {
    this.open = true;
  }

  /** Reads nothing of what the service sends until breathe(): a receiver that is too slow. */
  choke() {
    this.choked = true;
    for (const socket of this.far) socket.pause();
  }
  breathe() {
    this.choked = false;
    for (const socket of this.far) socket.resume();
  }

  async stop() {
    this.cut();
    await new Promise((resolve) => this.server.close(resolve));
  }
}
