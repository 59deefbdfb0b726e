// A TCP relay in front of chat_service that can be cut like a cable.
import net from 'node:net';

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
    this.open = true;
    this.accepted = 0;
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
    for (const [one, other] of [[near, far], [far, near]]) {
      this.sockets.add(one);
      one.setNoDelay(true);
      one.pipe(other);
      one.on('close', () => {
        this.sockets.delete(one);
        other.destroy();
      });
    }
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

  async stop() {
    this.cut();
    await new Promise((resolve) => this.server.close(resolve));
  }
}
