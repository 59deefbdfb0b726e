// One token_server and one chat_service, and the people who use them.
import { after, before, describe, it } from 'node:test';
import { randomBytes } from 'node:crypto';
import { SLOWNESS, stretched } from './deadline.mjs';
import { Device } from './device.mjs';
import { LegacyDevice } from './legacy_device.mjs';
import { forgetTimers, hasSince, NEWEST, VERSIONS } from './official.mjs';
import { Program, Workplace } from './programs.mjs';
import { RawDevice } from './raw.mjs';

const CASE_LIMIT_MS = 45_000;

/** For the section chat_service: its own throttle, slowed as the programs are; they could never be asked too much else. */
export const THROTTLE = SLOWNESS === 1 ? {} : { throttle: { per_second: Math.ceil(300 / SLOWNESS) } };

export const suffix = () => randomBytes(4).toString('hex');
export const fresh = (name) => `${name}-${suffix()}`;

export class World {
  /**
   * `chat`: more of the section chat_service, or a function that makes it in the given Workplace; `accounts`: of
   * chat_service, instead of the one that token_server mints for; `version`: of the official client that people use.
   */
  static async start({ database = ':memory:', chat = {}, accounts, version = NEWEST } = {}) {
    const world = new World();
    const place = new Workplace();
    Object.assign(world, { place, accounts, version, chat: typeof chat === 'function' ? chat(place) : chat });
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
        metrics_listen: '127.0.0.1:0', // groups run side by side
        token_ttl_seconds: 3600,
        callers: [{ type: 'development' }],
      },
    });
    this.tokenServer = await Program.start('token_server', config);
    this.tokenUrl = `http://${this.tokenServer.address}`;
  }

  async startChat(listen = this.chatAddress) {
    const chat_service = { listen, database: this.database, ...this.chat };
    const config = this.place.config('chat.json', { ...this.whose(), chat_service });
    this.chatService = await Program.start('chat_service', config);
    this.chatAddress = this.chatService.address;
    this.chatUrl = `ws://${this.chatAddress}/v3/wsconnect`;
  }

  whose() {
    return this.accounts ? { account: undefined, accounts: this.accounts } : {};
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
  async appear(t, name, { as, token, url, version = this.version } = {}) {
    const identity = as ?? fresh(name);
    token ??= await this.token(identity);
    const device = await Device.open(name, identity, { token, url: url ?? this.chatUrl, version });
    t.after(() => device.close());
    return device;
  }

  /** A connected client of the older product. */
  async enterLegacy(t, name, { as, token, url } = {}) {
    const identity = as ?? fresh(name);
    token ??= await this.token(identity);
    const device = await LegacyDevice.open(name, identity, { token, url: url ?? this.chatUrl });
    t.after(() => device.close());
    await device.ready();
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
 * cases of a group run `concurrency` at a time because most of their time is waiting. With `versions` the group
 * is run for each of them, with servers of its own each, and the names of its cases end with the version;
 * `test(name, body, {since})` is left out for clients older than `since`.
 */
export function cases(title, { concurrency, versions, ...options }, define) {
  if (!versions) return groupOf(title, { concurrency, ...options }, define);
  describe(title, { concurrency: versions.length }, () => {
    for (const version of versions) groupOf(`${title} with ${version}`, { concurrency, version, ...options }, define);
  });
}

function groupOf(title, { concurrency, ...options }, define) {
  const { version } = options;
  const world = Object.assign(new World(), { version: version ?? NEWEST });
  const label = version ? ` [${version}]` : '';
  group(title, { concurrency, world, start: () => World.start(options) }, (_, test) =>
    define(world, (name, body, { since, ...limits } = {}) => {
      if (!since || hasSince(world.version, since)) test(`${name}${label}`, body, limits);
    }));
}

/** The versions of Conversations that run: all, or those of PARLEY_VERSIONS, e.g. "3.0.1 2.4.1". */
export const versions = VERSIONS.filter((v) => (process.env.PARLEY_VERSIONS ?? v).split(/[ ,]+/).includes(v));

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
    define(world, (name, body, limits = {}) => it(name, { ...limits, timeout: stretched(limits.timeout ?? CASE_LIMIT_MS) }, body));
  });
}
