// The C++ SDK as a process: one command per line on its stdin, one JSON object per line on its stdout.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import assert from 'node:assert/strict';
import { within } from './deadline.mjs';
import { binary } from './programs.mjs';

export class Peer {
  /** Connected when it returns; ended with the case `t`. */
  static async start(t, identity, { url, token }) {
    const peer = new Peer(identity, url, token);
    t.after(() => peer.stop());
    const reply = await within(peer.nextReply(), () => `the C++ client to connect; it said:\n${peer.output}`);
    assert.deepEqual(reply, { ok: true, identity });
    return peer;
  }

  constructor(identity, url, token) {
    Object.assign(this, { identity, events: [], replies: [], waiting: [], watchers: new Set(), output: '' });
    this.child = spawn(binary('sdk_peer'), ['--url', url, '--token', token]);
    this.ended = new Promise((resolve) => this.child.on('exit', (code, signal) => resolve({ code, signal })));
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
    return within(this.nextReply(), () => `the reply to "${line}"; so far:\n${this.output}`, 20_000);
  }

  /** Sends a command and returns its reply, which must be a success. */
  async obeys(...words) {
    const reply = await this.asked(...words);
    assert.equal(reply.ok, true, `${words.join(' ')}: ${reply.error}`);
    return reply;
  }

  /** The first event, past or future, that fits. */
  async sees(predicate, what, ms) {
    let watcher;
    const wait = new Promise((resolve) => {
      watcher = () => {
        const event = this.events.find(predicate);
        if (event) resolve(event);
      };
      this.watchers.add(watcher);
      watcher();
    });
    try {
      return await within(wait, () => `${what} at the C++ client; so far:\n${this.output}`, ms);
    } finally {
      this.watchers.delete(watcher);
    }
  }
  async message(body, ms) {
    return this.sees((e) => e.event === 'message' && e.body === body, JSON.stringify(body), ms);
  }
  messages(channel) {
    return this.events.filter((e) => e.event === 'message' && e.channel === channel);
  }

  /** The end of stdin is the end of the program: it says goodbye to the service and ends with 0. */
  async stop() {
    this.child.stdin.end();
    try {
      const end = await within(this.ended, `the C++ client to end; it said:\n${this.output}`, 5000);
      assert.equal(end.code, 0, `the C++ client ended with ${JSON.stringify(end)}:\n${this.output}`);
    } finally {
      this.child.kill('SIGKILL');
      for (const pipe of [this.child.stdout, this.child.stderr]) pipe.destroy();
    }
  }
}
