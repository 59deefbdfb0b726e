// One client of the older product (twilio-chat) and the record of everything it reported.
import assert from 'node:assert/strict';
import { within } from './deadline.mjs';
import { LEGACY, official } from './official.mjs';
import { Reporter } from './reporter.mjs';

const EVENTS = [
  'stateChanged', 'connectionStateChanged', 'connectionError', 'tokenAboutToExpire', 'tokenExpired',
  'channelAdded', 'channelInvited', 'channelJoined', 'channelLeft', 'channelRemoved', 'channelUpdated',
  'memberJoined', 'memberLeft', 'memberUpdated', 'messageAdded', 'messageUpdated', 'messageRemoved',
  'typingStarted', 'typingEnded', 'userUpdated', 'userSubscribed', 'userUnsubscribed',
];

let nonce = 0;

export class LegacyDevice extends Reporter {
  /** Not yet connected. */
  static async open(name, identity, { token, url }) {
    const { Client } = await official(LEGACY);
    const logLevel = process.env.PARLEY_CLIENT_LOG ?? 'silent';
    return new LegacyDevice(name, identity, new Client(token, { Twilsock: { uri: url }, logLevel }));
  }
  constructor(name, identity, client) {
    super(name, identity, client, EVENTS);
  }

  async ready() {
    await this.until(() => this.count('stateChanged') > 0, 'the client to be ready');
    assert.deepEqual(this.all('stateChanged'), ['initialized'], this.story());
    await within(this.client.getSubscribedChannels(), `the list of channels at ${this.story()}`);
  }

  /** As Device.barrier(): everything sent before has been reported. */
  async barrier() {
    const mine = ++nonce;
    await this.client.user.updateAttributes({ barrier: mine });
    await this.sees('userUpdated', ({ user }) => user.identity === this.identity && user.attributes.barrier === mine,
      { what: `of barrier ${mine}` });
  }

  /** A new channel that this device has joined. */
  async channel(options = {}) {
    const created = await this.client.createChannel(options);
    await created.join();
    const channel = await this.joined(created);
    await channel.getMembers();
    return channel;
  }
  async joined({ sid }, options) {
    return this.sees('channelJoined', (c) => c.sid === sid, { what: sid, ...options });
  }
  /** Adds another legacy device; its roster is loaded and its coming was reported here. */
  async add(channel, guest) {
    await channel.add(guest.identity);
    await (await guest.joined(channel)).getMembers();
    await this.sees('memberJoined', (m) => m.channel.sid === channel.sid && m.identity === guest.identity,
      { what: guest.name });
  }

  messages({ sid }) {
    return this.all('messageAdded', (m) => m.channel.sid === sid);
  }
  bodies(channel) {
    return this.messages(channel).map((m) => m.body);
  }
  async message(channel, body) {
    return this.sees('messageAdded', (m) => m.channel.sid === channel.sid && m.body === body, { what: JSON.stringify(body) });
  }
  async receives(channel, count) {
    const text = () => `${count} messages (has ${this.messages(channel).length})`;
    return this.until(() => this.messages(channel).length >= count && this.messages(channel), text);
  }

  async close() {
    await this.end(this.client.services.twilsockClient, () => this.client.getSubscribedChannels());
  }
}
