// One official client and the record of everything it reported.
import assert from 'node:assert/strict';
import { eventually, within } from './deadline.mjs';
import { Client } from './official.mjs';

const EVENTS = [
  'initialized', 'initFailed', 'stateChanged', 'connectionStateChanged', 'connectionError',
  'tokenAboutToExpire', 'tokenExpired',
  'conversationAdded', 'conversationJoined', 'conversationLeft', 'conversationRemoved', 'conversationUpdated',
  'participantJoined', 'participantLeft', 'participantUpdated',
  'messageAdded', 'messageUpdated', 'messageRemoved',
  'typingStarted', 'typingEnded', 'userUpdated', 'userSubscribed', 'userUnsubscribed',
];

let nonce = 0;

export class Device {
  constructor(name, identity, token, url) {
    Object.assign(this, { name, identity, events: [], watchers: new Set() });
    const logLevel = process.env.PARLEY_CLIENT_LOG ?? 'silent';
    this.client = new Client(token, { Twilsock: { uri: url }, logLevel });
    for (const event of EVENTS) this.client.on(event, (args) => this.record(event, args));
  }

  record(event, args) {
    this.events.push({ event, args });
    for (const watcher of this.watchers) watcher();
  }

  /** Everything reported under this name so far, oldest first. */
  all(event, predicate = () => true) {
    return this.events.filter((e) => e.event === event && predicate(e.args)).map((e) => e.args);
  }
  count(event, predicate) {
    return this.all(event, predicate).length;
  }

  /** The first such event, already reported or yet to come; `since` is an older mark(). */
  async sees(event, predicate = () => true, { what = '', since = 0, ms } = {}) {
    const find = () => this.events.slice(since).find((e) => e.event === event && predicate(e.args));
    return (await this.until(find, () => `${event} ${what}`, ms)).args;
  }
  mark() {
    return this.events.length;
  }

  /** Until `probe`, asked again after each event, returns something truthy. */
  async until(probe, what, ms) {
    const found = probe();
    if (found) return found;
    let watcher;
    const wait = new Promise((resolve, reject) => {
      watcher = () => {
        try {
          const value = probe();
          if (value) resolve(value);
        } catch (error) {
          reject(error);
        }
      };
      this.watchers.add(watcher);
    });
    try {
      return await within(wait, () => `${typeof what === 'function' ? what() : what} at ${this.story()}`, ms);
    } finally {
      this.watchers.delete(watcher);
    }
  }

  /** For failure messages: state and the names of the last events. */
  story() {
    const last = this.events.slice(-30).map((e) => e.event).join(' ');
    return `${this.name} (${this.client.connectionState}); last events: ${last || 'none'}`;
  }

  /** Initialised, and the first list of conversations is read. */
  async ready() {
    await this.until(() => this.count('stateChanged') > 0, 'the client to be ready');
    const [failed] = this.all('initFailed');
    assert.equal(failed, undefined, `${this.name}: initFailed ${JSON.stringify(failed)}`);
    await within(this.client.getSubscribedConversations(), `the list of conversations at ${this.story()}`);
  }
  async reports(state, options) {
    return this.sees('connectionStateChanged', (s) => s === state, { what: state, ...options });
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

  async state(wanted, ms) {
    await eventually(`${this.name} to be ${wanted}`, () => this.client.connectionState === wanted, ms);
  }

  /** Ends the connection in whatever state it is. */
  async close() {
    const twilsock = this.client._services.twilsockClient;
    if (twilsock.isConnected) {
      // A client cut off while it reads its first list of conversations leaves an unhandled rejection behind.
      await within(this.client.getSubscribedConversations(), 'the list of conversations', 2000).catch(() => {});
    }
    await within(twilsock.disconnect(), `${this.name} to disconnect`, 1000).catch(() => {});
    this.client.removeAllListeners();
  }
}
