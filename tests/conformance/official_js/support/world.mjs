// One token_server and one chat_service, and the people who use them.
import { after, before, describe, it } from 'node:test';
import { randomBytes } from 'node:crypto';
import { Device } from './device.mjs';
import { forgetTimers } from './official.mjs';
import { Program, Workplace } from './programs.mjs';
import { RawDevice } from './raw.mjs';

const CASE_LIMIT_MS = 45_000;

export const suffix = () => randomBytes(4).toString('hex');
export const fresh = (name) => `${name}-${suffix()}`;

export class World {
  static async start({ database = ':memory:' } = {}) {
    const world = new World();
    world.place = new Workplace();
    world.database = database === ':memory:' ? database : world.place.file(database);
    try {
      await world.startToken();
      await world.startChat('127.0.0.1:0');
    } catch (error) {
      await world.stop();
      throw error;
    }
    return world;
  }

  async startToken() {
    const config = this.place.config('token.json', {
      token_server: {
        listen: '127.0.0.1:0',
        token_ttl_seconds: 3600,
        callers: [{ type: 'development' }],
      },
    });
    this.tokenServer = await Program.start('token_server', config);
    this.tokenUrl = `http://${this.tokenServer.address}`;
  }

  async startChat(listen = this.chatAddress) {
    const config = this.place.config('chat.json', { chat_service: { listen, database: this.database } });
    this.chatService = await Program.start('chat_service', config);
    this.chatAddress = this.chatService.address;
    this.chatUrl = `ws://${this.chatAddress}/v3/wsconnect`;
  }

  async stop() {
    try {
      await this.chatService?.stop();
    } finally {
      await this.tokenServer?.stop();
      this.place?.remove();
    }
  }

  /** A token of our token_server. */
  async token(identity) {
    const reply = await fetch(`${this.tokenUrl}/v1/token`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ user: identity }),
    });
    if (!reply.ok) throw new Error(`token_server: ${reply.status} ${await reply.text()}`);
    return (await reply.json()).token;
  }

  /** A connected official client. `as`: the exact identity; otherwise `name` with a random suffix. */
  async enter(t, name, options = {}) {
    const device = await this.appear(t, name, options);
    await device.ready();
    return device;
  }

  /** As enter(), but without waiting for anything. */
  async appear(t, name, { as, token, url } = {}) {
    const identity = as ?? fresh(name);
    const device = new Device(name, identity, token ?? (await this.token(identity)), url ?? this.chatUrl);
    t.after(() => device.close());
    return device;
  }

  /** A WebSocket that speaks Twilsock by hand, already past `init` unless `init` is false. */
  async raw(t, name, { as, init = true, path } = {}) {
    const identity = as ?? fresh(name);
    const device = await RawDevice.open(identity, path ? `ws://${this.chatAddress}${path}` : this.chatUrl);
    t.after(() => device.close());
    if (init) await device.init(await this.token(identity));
    return device;
  }
}

/**
 * A group of cases with servers of their own. `define(world, test)`: test(name, body) adds one case;
 * cases of a group run `concurrency` at a time because most of their time is waiting.
 */
export function cases(title, { concurrency, ...options }, define) {
  group(title, { concurrency, world: new World(), start: () => World.start(options) }, define);
}

/** The same for another kind of world: `start` makes one, `world` is an empty one of its class. */
export function group(title, { concurrency = 4, world, start }, define) {
  describe(title, { concurrency }, () => {
    before(async () => Object.assign(world, await start()));
    after(async () => {
      try {
        await world.stop();
      } finally {
        forgetTimers();
      }
    });
    define(world, (name, body, limits = {}) => it(name, { timeout: CASE_LIMIT_MS, ...limits }, body));
  });
}
