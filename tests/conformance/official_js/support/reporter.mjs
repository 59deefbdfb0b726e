// One official client of whatever kind, and the record of everything it reported.
import { eventually, within } from './deadline.mjs';

export class Reporter {
  constructor(name, identity, client, events) {
    Object.assign(this, { name, identity, client, events: [], watchers: new Set() });
    for (const event of events) client.on(event, (args) => this.record(event, args));
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

  async reports(state, options) {
    return this.sees('connectionStateChanged', (s) => s === state, { what: state, ...options });
  }
  async state(wanted, ms) {
    await eventually(`${this.name} to be ${wanted}`, () => this.client.connectionState === wanted, ms);
  }

  /** Ends the connection in whatever state it is; `idle` resolves when nothing is in flight. */
  async end(twilsock, idle) {
    // A client cut off while it reads its first list of conversations leaves an unhandled rejection behind.
    if (twilsock.isConnected) await within(idle(), 'the list of conversations', 2000).catch(() => {});
    // Closed while its socket is being opened, one leaves an error of the socket that nobody catches.
    if (twilsock.state === 'connecting')
      await eventually(`${this.name} to connect or not`, () => twilsock.state !== 'connecting', 2000).catch(() => {});
    await within(twilsock.disconnect(), `${this.name} to disconnect`, 1000).catch(() => {});
    this.client.removeAllListeners();
  }
}
