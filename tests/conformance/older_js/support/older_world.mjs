// One service, and people who use clients of every age.
import { group, World, fresh } from '../../official_js/support/world.mjs';
import { CLIENTS, clients } from './clients.mjs';
import { OlderDevice } from './older_device.mjs';
import './frames.mjs';

export class OlderWorld extends World {
  /** A connected device with the client `version`. `as`: the exact identity, otherwise `name` with a random suffix. */
  async enterWith(version, t, name, { as, token, url } = {}) {
    const identity = as ?? fresh(name);
    token ??= await this.token(identity);
    const device = await OlderDevice.open(version, name, identity, { token, url: url ?? this.chatUrl });
    t.after(() => device.close());
    await device.ready();
    return device;
  }
}

/** The people of one case, who all use one client. */
export class Cast {
  constructor(world, version) {
    Object.assign(this, { world, version, ...CLIENTS[version] });
  }
  enter(t, name, options) {
    return this.world.enterWith(this.version, t, name, options);
  }
  people(t, ...names) {
    return Promise.all(names.map((name) => this.enter(t, name)));
  }
  /** Two people in a conversation of Alice's; `urls` of those who do not connect directly. */
  async pair(t, options, { bobsUrl } = {}) {
    const [alice, bob] = await Promise.all([this.enter(t, 'alice'), this.enter(t, 'bob', { url: bobsUrl })]);
    const room = await alice.room(options, bob);
    return { alice, bob, room, bobs: await bob.joined(room) };
  }
}

/**
 * A group of cases: `define(cast, test)` is called for each client that runs, against one service.
 * `test(name, body, { when })` leaves the case out for clients that `when(client)` does not fit.
 */
export function cases(title, define, { concurrency = 6 } = {}) {
  world(title, { concurrency }, (world, test) => {
    for (const version of clients) {
      define(new Cast(world, version), (name, body, { when = () => true, ...limits } = {}) => {
        if (when(CLIENTS[version])) test(`${name} [${version}]`, body, limits);
      });
    }
  });
}

/** A group of cases that choose their clients themselves. */
export function world(title, { concurrency, ...options }, define) {
  group(title, { concurrency, world: new OlderWorld(), start: () => OlderWorld.start(options) }, define);
}

/** For `when`: clients with invitations and lists of public channels. */
export const hasChannels = ({ words }) => words === 'channel';
/** The others: members come with attributes, from the telephone, and messages with receipts. */
export const hasConversations = ({ words }) => words === 'conversation';
