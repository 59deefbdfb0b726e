// The C++ SDK as a process: one command per line on its stdin, one JSON object per line on its stdout.
import { spawn } from 'node:child_process';
import { describe, it } from 'node:test';
import { createInterface } from 'node:readline';
import assert from 'node:assert/strict';
import { within } from './deadline.mjs';
import { account, binary, hasBinary } from './programs.mjs';
import { cases, fresh } from './world.mjs';

/** As cases(), where the program was built: `define(world, test, peer)`, where peer(t, name, options) starts one. */
export function casesWithPeers(title, options, define) {
  if (!hasBinary('sdk_peer'))
    return void describe(title, () => it('needs the program sdk_peer', { skip: 'bin/sdk_peer was not built' }, () => {}));
  cases(title, options, (world, test) => define(world, test, peersOf(world)));
}

const peersOf = (world) => async (t, name, { as = fresh(name), url = world.chatUrl, ...options } = {}) =>
  Peer.start(t, as, { url, token: await world.token(as), ...options });

export class Peer {
  /**
   * Connected when it returns, unless `wait` is set; ended with the case `t`. `cache`: its directory; `retry`: ms
   * before it connects again; `mutationIds`: whether it believes that the service remembers them; `serve`: the
   * service is in the same process, and listens at the `url` of the event "serving".
   */
  static async start(t, identity, { url, token, cache, retry, wait = false, mutationIds = true, serve = false }) {
    const options = ['--url', url, '--token', token];
    if (serve) options.push('--serve', ...Object.values(account)); // as the program wants them
    if (cache) options.push('--cache', cache, '--identity', identity);
    if (retry) options.push('--retry', String(retry));
    if (wait) options.push('--wait');
    if (!mutationIds) options.push('--without-mutation-ids');
    const peer = new Peer(identity, options);
    t.after(() => peer.stop());
    if (wait) return peer;
    const reply = await within(peer.nextReply(), () => `the C++ client to connect; it said:\n${peer.output}`);
    assert.deepEqual(reply, { ok: true, identity });
    return peer;
  }

  constructor(identity, options) {
    Object.assign(this, { identity, events: [], replies: [], waiting: [], watchers: new Set(), output: '' });
    this.child = spawn(binary('sdk_peer'), options);
    this.child.stdin.on('error', () => {}); // of one that was killed
    // Behind its last words, which are told by then.
    this.ended = new Promise((resolve) => this.child.on('close', (code, signal) => resolve({ code, signal })));
    this.child.stderr.setEncoding('utf8').on('data', (text) => (this.output += text));
    createInterface({ input: this.child.stdout }).on('line', (line) => this.receive(line));
  }

  receive(line) {
    this.output += `${line}\n`;
    const object = JSON.parse(line);
    if (object.event) {
      this.events.push(object);
      for (const watcher of this.watchers) watcher();
    } else if (this.waiting.length > 0) {
      this.waiting.shift()(object);
    } else {
      this.replies.push(object);
    }
  }
  nextReply() {
    if (this.replies.length > 0) return Promise.resolve(this.replies.shift());
    return new Promise((resolve) => this.waiting.push(resolve));
  }

  /** Sends a command and returns its reply. */
  async asked(...words) {
    const line = words.join(' ');
    this.child.stdin.write(`${line}\n`);
    return within(this.nextReply(), () => `the reply to "${line}"; so far:\n${this.story()}`, 20_000);
  }

  /** Sends a command and returns its reply, which must be a success. */
  async obeys(...words) {
    const reply = await this.asked(...words);
    assert.equal(reply.ok, true, `${words.join(' ')}: ${reply.error}`);
    return reply;
  }

  /** Sends a command and returns its reply, which must be a failure with that code of the SDK. */
  async refuses(code, ...words) {
    const reply = await this.asked(...words);
    assert.equal(reply.code, code, `${words.join(' ')}: ${JSON.stringify(reply)}`);
    return reply;
  }

  /** Starts a command that may take as long as there is no connection; outcome() waits for it. */
  async starts(...words) {
    await this.obeys('later', ...words);
  }
  async outcome(...words) {
    const line = words.join(' ');
    return this.sees((e) => e.event === 'outcome' && e.of === line, `the outcome of "${line}"`, 20_000);
  }

  /** The first event, past or future, that fits. */
  async sees(predicate, what, ms) {
    return this.until(() => this.events.find(predicate), what, ms);
  }
  async message(body, ms) {
    return this.sees((e) => e.event === 'message' && e.body === body, JSON.stringify(body), ms);
  }
  /** Until `probe`, asked again after each event, returns something truthy. */
  async until(probe, what, ms) {
    let watcher;
    const wait = new Promise((resolve) => {
      watcher = () => {
        const found = probe();
        if (found) resolve(found);
      };
      this.watchers.add(watcher);
      watcher();
    });
    try {
      return await within(wait, () => `${what} at the C++ client; so far:\n${this.story()}`, ms);
    } finally {
      this.watchers.delete(watcher);
    }
  }

  /** The events of that name in a channel, which is a name or a room of the official client. */
  all(event, channel) {
    return this.events.filter((e) => e.event === event && [e.channel, e.channel_sid].includes(channel.sid ?? channel));
  }
  messages(channel) {
    return this.all('message', channel);
  }
  bodies(channel) {
    return this.messages(channel).map((e) => e.body);
  }

  /** `room`, of an official client, adds this user, who hears of it. */
  async comesTo(room) {
    await room.add(this.identity);
    await this.sees((e) => e.event === 'joined' && e.sid === room.sid, `the invitation to ${room.sid}`);
  }

  /** For failure messages: the end of what it wrote. */
  story() {
    return this.output.slice(-6000);
  }

  /** kill -9: what a crash or the end of the power does. */
  async kill() {
    this.killed = true;
    this.child.kill('SIGKILL');
    await this.ended;
  }

  /** The end of stdin is the end of the program: it says goodbye to the service and ends with 0. */
  async stop() {
    this.child.stdin.end();
    try {
      const end = await within(this.ended, () => `the C++ client to end; it said:\n${this.story()}`, 5000);
      if (!this.killed) assert.equal(end.code, 0, `the C++ client ended with ${JSON.stringify(end)}:\n${this.story()}`);
    } finally {
      this.child.kill('SIGKILL');
      for (const pipe of [this.child.stdout, this.child.stderr]) pipe.destroy();
    }
  }
}
