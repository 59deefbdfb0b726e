// Twilsock by hand: for what the official client would never send or never show.
import { randomUUID } from 'node:crypto';
import WebSocket from 'ws';
import { within } from './deadline.mjs';
import { decode, encode } from './packet.mjs';

if (process.env.PARLEY_FRAMES) await import('./print_frames.mjs');

const TYPES = ['twilio.ipmsg.typing_indicator', 'twilio.sync.event', 'com.twilio.rtd.cds.document',
  'com.twilio.rtd.cds.list', 'com.twilio.rtd.cds.map'];

export class RawDevice {
  static async open(identity, url) {
    const device = new RawDevice(identity, new WebSocket(url));
    await within(device.opened, `a WebSocket to ${url}`);
    return device;
  }

  constructor(identity, socket) {
    Object.assign(this, { identity, socket, packets: [], watchers: new Set(), correlation: 0 });
    this.opened = new Promise((resolve, reject) => {
      socket.on('open', resolve);
      socket.on('error', reject);
    });
    this.ended = new Promise((resolve) => socket.on('close', (code) => resolve(code)));
    socket.on('message', (data, isBinary) => this.receive(data, isBinary));
    socket.on('close', () => this.wake());
  }

  receive(data, isBinary) {
    try {
      if (!isBinary) throw new Error('the service sent a text message');
      const packet = decode(data);
      this.packets.push(packet);
      if (packet.header.method === 'ping') this.send({ method: 'reply', id: packet.header.id, status: { code: 200, status: 'OK' } });
    } catch (error) {
      this.broken = error;
    }
    this.wake();
  }
  wake() {
    for (const watcher of this.watchers) watcher();
  }

  send(header, payload) {
    this.sendBytes(encode({ id: `TM${randomUUID()}`, ...header }, payload));
  }
  sendBytes(bytes) {
    this.socket.send(bytes, { binary: true });
  }

  /** The first packet, past or future, that fits. */
  async gets(predicate, what) {
    let watcher;
    const wait = new Promise((resolve, reject) => {
      watcher = () => {
        if (this.broken) return reject(this.broken);
        const packet = this.packets.find(predicate);
        if (packet) return resolve(packet);
        if (this.socket.readyState === WebSocket.CLOSED) reject(new Error(`the connection ended; waited for ${what}`));
      };
      this.watchers.add(watcher);
      watcher();
    });
    try {
      return await within(wait, () => `${what}; got ${JSON.stringify(this.packets.map((p) => p.header)).slice(0, 2000)}`);
    } finally {
      this.watchers.delete(watcher);
    }
  }
  notifications(predicate = () => true) {
    return this.packets.filter((p) => p.header.method === 'notification' && predicate(p.payload, p.header));
  }

  /** Sends a packet and waits for its reply. */
  async ask(header, payload) {
    const id = `TM${randomUUID()}`;
    this.send({ ...header, id }, payload);
    return this.gets((p) => p.header.method === 'reply' && p.header.id === id, `the reply to ${header.method}`);
  }

  async init(token, extra = {}) {
    this.initReply = await this.ask({
      method: 'init',
      token,
      continuation_token: null,
      metadata: { ver: '1.0.2', env: 'Node.js' },
      registrations: [{ product: 'ip_messaging', type: 'ers', notification_protocol_version: 4, message_types: TYPES }],
      tweaks: null,
      capabilities: ['client_update', 'offline_storage', 'telemetry.v1'],
      ...extra,
    });
    return this.initReply;
  }

  /** A tunnelled HTTP request: {status, body}. */
  async http(method, path, body, { params = {}, headers = {}, type = 'application/json' } = {}) {
    const payload = body === undefined || typeof body === 'string' ? body : JSON.stringify(body);
    const reply = await this.ask({
      method: 'message',
      active_grant: 'ip_messaging',
      payload_type: type,
      http_request: { host: 'chat.example', method, path, params, headers },
    }, payload);
    const { status, http_status: http, http_headers: fields } = reply.header;
    return { transport: status.code, status: http?.code, fields, body: reply.payload, header: reply.header };
  }
  async configuration() {
    return (await this.http('GET', '/Client/v2/Configuration')).body;
  }

  /** Subscribes to a Sync object by SID and waits for the outcome: the event of that object. */
  async subscribe(object, { lastEvent, action = 'establish' } = {}) {
    const correlation = Date.now() * 1000 + ++this.correlation;
    await this.http('POST', '/v4/Subscriptions', {
      event_protocol_version: 4, action, correlation_id: correlation, retried_requests: 0, ttl_in_s: -1,
      requests: [{ object_sid: object.sid, object_type: object.type, last_event_id: lastEvent }],
    });
    const outcome = await this.gets((p) => p.header.method === 'notification' && p.payload.correlation_id === correlation
      && p.payload.event_type.startsWith('subscription_'), `the outcome of ${action} ${object.type}`);
    const [event] = outcome.payload.events;
    return { type: outcome.payload.event_type, event, correlation };
  }

  /** Everything sent to this connection before is here when it returns. */
  async barrier() {
    const reply = await this.ask({ method: 'ping' });
    return reply.header.status.code;
  }

  async close() {
    this.socket.terminate();
    await this.ended;
  }
}

/** The path of an absolute URL handed out by the service. */
export const pathOf = (url) => new URL(url).pathname;
