// One official client of Conversations and the record of everything it reported.
import assert from 'node:assert/strict';
import { within } from './deadline.mjs';
import { official } from './official.mjs';
import { Reporter } from './reporter.mjs';

const EVENTS = [
  'initialized', 'initFailed', 'stateChanged', 'connectionStateChanged', 'connectionError',
  'tokenAboutToExpire', 'tokenExpired',
  'conversationAdded', 'conversationJoined', 'conversationLeft', 'conversationRemoved', 'conversationUpdated',
  'participantJoined', 'participantLeft', 'participantUpdated',
  'messageAdded', 'messageUpdated', 'messageRemoved',
  'typingStarted', 'typingEnded', 'userUpdated', 'userSubscribed', 'userUnsubscribed',
];

let nonce = 0;

export class Device extends Reporter {
  /** Not yet connected; `version` is one of VERSIONS. */
  static async open(name, identity, { token, url, version }) {
    const { Client } = await official(version);
    const logLevel = process.env.PARLEY_CLIENT_LOG ?? 'silent';
    return new Device(name, identity, new Client(token, { Twilsock: { uri: url }, logLevel }));
  }

  constructor(name, identity, client) {
    super(name, identity, client, EVENTS);
  }

  /** Initialised, and the first list of conversations is read. */
  async ready() {
    await this.until(() => this.count('stateChanged') > 0, 'the client to be ready');
    const [failed] = this.all('initFailed');
    assert.equal(failed, undefined, `${this.name}: initFailed ${JSON.stringify(failed)}`);
    await within(this.client.getSubscribedConversations(), `the list of conversations at ${this.story()}`);
  }

  /**
   * When it returns, everything the service sent to this connection before has been reported: one's own
   * user record is changed and the change comes back on the same ordered connection.
   */
  async barrier() {
    const mine = ++nonce;
    await this.client.user.updateAttributes({ barrier: mine });
    await this.sees('userUpdated', ({ user }) => user.identity === this.identity && user.attributes.barrier === mine,
      { what: `of barrier ${mine}` });
  }

  /** A new conversation that this device has joined; `guests` (devices) are added and have seen it. */
  async room(options = {}, ...guests) {
    const created = await this.client.createConversation(options);
    await created.join();
    const room = await this.joined(created);
    await room.getParticipants(); // its roster is loaded: whoever comes now is reported as participantJoined
    for (const guest of guests) await this.add(room, guest);
    return room;
  }
  async add(room, guest) {
    await room.add(guest.identity);
    // A client that loses a conversation which it still loads leaves an unhandled rejection behind.
    await (await guest.joined(room)).getParticipants();
    await this.sees('participantJoined', (p) => p.conversation.sid === room.sid && p.identity === guest.identity,
      { what: guest.name });
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
  async message(room, body) {
    return this.sees('messageAdded', (m) => m.conversation.sid === room.sid && m.body === body,
      { what: JSON.stringify(body).slice(0, 80) });
  }
  /** Until `count` messages of the room were reported; a further one afterwards is the caller's business. */
  async receives(room, count, ms) {
    const text = () => `${count} messages (has ${this.messages(room).length})`;
    return this.until(() => this.messages(room).length >= count && this.messages(room), text, ms);
  }

  async close() {
    await this.end(this.client._services.twilsockClient, () => this.client.getSubscribedConversations());
  }
}
