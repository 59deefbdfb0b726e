// One client of any age and the record of everything it reported, in the words of Conversations.
import assert from 'node:assert/strict';
import { within } from '../../official_js/support/deadline.mjs';
import { Reporter } from '../../official_js/support/reporter.mjs';
import { CLIENTS, clientClass } from './clients.mjs';
import { inNewWords, olderName } from './words.mjs';

const EVENTS = [
  'initialized', 'initFailed', 'stateChanged', 'connectionStateChanged', 'connectionError',
  'tokenAboutToExpire', 'tokenExpired',
  'conversationAdded', 'conversationInvited', 'conversationJoined', 'conversationLeft', 'conversationRemoved',
  'conversationUpdated', 'participantJoined', 'participantLeft', 'participantUpdated',
  'messageAdded', 'messageUpdated', 'messageRemoved',
  'typingStarted', 'typingEnded', 'userUpdated', 'userSubscribed', 'userUnsubscribed',
];

let nonce = 0;

/** Every client of this suite, however old, is led to the service by the same option. */
const optionsFor = (url) => ({ Twilsock: { uri: url }, logLevel: process.env.PARLEY_CLIENT_LOG ?? 'silent' });

/** A client reads a few megabytes of program and asks for much before it is ready, and in one case many do so at once. */
const START_MS = 30_000;

export class OlderDevice extends Reporter {
  /**
   * Connected and ready. An older client says "created" before anybody can listen: what it reported until then
   * is lost.
   */
  static async open(version, name, identity, { token, url }) {
    const { factory } = CLIENTS[version];
    const Client = clientClass(version);
    const client = factory
      ? await within(Client.create(token, optionsFor(url)), `${name} to be created by ${version}`, START_MS)
      : new Client(token, optionsFor(url));
    const device = new OlderDevice(version, name, identity, client);
    if (!factory) await device.initialized();
    return device;
  }

  constructor(version, name, identity, client) {
    const same = (value) => value;
    const [wordsOf, nameOf] = CLIENTS[version].words === 'channel' ? [inNewWords, olderName] : [same, same];
    super(`${name} [${version}]`, identity, wordsOf(client), []);
    this.version = version;
    for (const event of EVENTS) client.on(nameOf(event), (args) => this.record(event, wordsOf(args)));
  }

  /** What the client says of a token that the service refuses: the text of its error. */
  static async refusal(version, { token, url }) {
    const Client = clientClass(version);
    const wait = (promise) => within(promise, `${version} to say that it was refused`);
    if (CLIENTS[version].factory) {
      const error = await wait(Client.create(token, optionsFor(url)).then(() => undefined, (reason) => reason));
      return error?.message ?? 'accepted';
    }
    const client = new Client(token, optionsFor(url));
    const error = await wait(new Promise((resolve) => client.on('connectionError', resolve)));
    return `${error.message} (terminal: ${error.terminal})`;
  }

  async initialized() {
    await this.until(() => this.count('stateChanged') > 0, 'the client to be ready', START_MS);
    assert.deepEqual(this.all('stateChanged'), ['initialized'], `${this.story()} ${JSON.stringify(this.all('initFailed'))}`);
  }
  async ready() {
    await within(this.client.getSubscribedConversations(), `the list of conversations at ${this.story()}`);
  }

  /** When it returns, what the service sent to this connection before has been reported. */
  async barrier() {
    const mine = ++nonce;
    await within(this.client.user.updateAttributes({ barrier: mine }), () => `barrier ${mine} to be taken at ${this.story()}`);
    await this.sees('userUpdated', ({ user }) => user.identity === this.identity && user.attributes.barrier === mine,
      { what: `of barrier ${mine}` });
  }

  /** A new conversation that this device has joined; `guests` (devices) are added and have seen it. */
  async room(options = {}, ...guests) {
    const created = await within(this.client.createConversation({ isPrivate: true, ...options }), () => `a conversation to be created at ${this.story()}`);
    await within(created.join(), () => `the join to be answered at ${this.story()}`);
    const room = await this.joined(created);
    await room.getParticipants(); // its roster is loaded: whoever comes now is reported as participantJoined
    for (const guest of guests) await this.add(room, guest);
    return room;
  }
  async add(room, guest) {
    const [since, theirs] = [this.mark(), guest.mark()];
    await within(room.add(guest.identity), () => `${guest.name} to be added at ${this.story()}`);
    await (await guest.joined(room, { since: theirs })).getParticipants();
    await this.sees('participantJoined', (p) => p.conversation.sid === room.sid && p.identity === guest.identity,
      { what: `of ${guest.name}`, since });
  }
  /** This device's own object of the conversation, once it is reported as joined. */
  async joined({ sid }, options) {
    return this.sees('conversationJoined', (c) => c.sid === sid, { what: sid, ...options });
  }

  messages({ sid }) {
    return this.all('messageAdded', (m) => m.conversation.sid === sid);
  }
  bodies(room) {
    return this.messages(room).map((m) => m.body);
  }
  async message(room, body, options) {
    return this.sees('messageAdded', (m) => m.conversation.sid === room.sid && m.body === body, { what: JSON.stringify(body), ...options });
  }
  async receives(room, count, ms) {
    const text = () => `${count} messages (has ${this.messages(room).length})`;
    return this.until(() => this.messages(room).length >= count && this.messages(room), text, ms);
  }

  async close() {
    const { client } = this;
    const twilsock = { isConnected: client.connectionState === 'connected', disconnect: async () => client.shutdown() };
    await this.end(twilsock, () => client.getSubscribedConversations());
  }
}
