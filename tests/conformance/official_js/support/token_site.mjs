// A token_server with callers who must prove who they are, and its subcommands. When it stops, everything that
// was written is searched for what nobody may write.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { eventually, within } from './deadline.mjs';
import { Device } from './device.mjs';
import { binary, Program, Workplace } from './programs.mjs';
import { Secrets } from './secrets.mjs';

const hex = (bytes) => randomBytes(bytes).toString('hex');
const PEOPLE = 'a name or identity';

export class TokenSite {
  /** `describe(site)` gives `callers` and whatever else belongs into the section, and maybe `accounts`. */
  static async start(describe) {
    const site = new TokenSite();
    Object.assign(site, { secrets: new Secrets(), place: new Workplace(), keys: {}, written: [], programs: [] });
    try {
      site.configure(describe(site));
      await site.startServer();
    } catch (error) {
      await site.end();
      throw error;
    }
    return site;
  }

  /** For one case alone. */
  static async forCase(t, describe) {
    const site = await TokenSite.start(describe);
    t.after(() => site.stop());
    return site;
  }

  configure({ accounts = this.accounts ?? [newAccount()], ...section }) {
    this.accounts = accounts;
    this.section = section;
    for (const account of accounts) this.secrets.keep('the secret of an API key', account.api_key_secret);
    const token_server = {
      listen: '127.0.0.1:0',
      token_ttl_seconds: 3600,
      metrics_listen: '127.0.0.1:0',
      database: this.place.file('token.db'),
      audit_log: this.place.file('audit.log'),
      trusted_proxies: ['127.0.0.1'], // each case comes from an address of its own
      ...section,
    };
    this.config = this.place.config('config.json', { account: undefined, accounts, token_server });
  }

  async startServer() {
    this.server = await this.run('token_server');
    this.url = `http://${this.server.address}`;
  }
  async run(name, config = this.config) {
    const program = await Program.start(name, config);
    this.programs.push(program);
    return program;
  }

  async startChat() {
    const chat_service = { listen: '127.0.0.1:0', database: ':memory:' };
    const config = this.place.config('chat.json', { account: undefined, accounts: this.accounts, chat_service });
    this.chatUrl = `ws://${(await this.run('chat_service', config)).address}/v3/wsconnect`;
  }
  /** A connected official client with this token. */
  async enter(t, identity, token) {
    const device = await Device.open(identity, identity, { token, url: this.chatUrl });
    t.after(() => device.close());
    await device.ready();
    return device;
  }

  /** An element of `keys`; its text is `this.keys[name]` from now on. */
  backend(name, rest = {}) {
    const text = this.secrets.keep('a key of a back end', `pk_${randomBytes(32).toString('base64url')}`);
    this.keys[name] = text;
    return { name, sha256: createHash('sha256').update(text).digest('hex'), ...rest };
  }
  /** A new name, as an e-mail address. */
  person(name = 'alice') {
    return this.secrets.keep(PEOPLE, `${name}-${hex(4)}@people.example`);
  }
  password() {
    return this.secrets.keep('a password', `Pa ß"\\ ${hex(8)}`);
  }

  /** {status, headers, text, body}; `body` is the parsed JSON, if it is JSON. */
  async ask(path, { method = 'POST', json, form, headers = {}, bearer, from } = {}) {
    const all = { ...headers };
    if (json !== undefined) all['Content-Type'] = 'application/json';
    if (form !== undefined) all['Content-Type'] = 'application/x-www-form-urlencoded';
    if (bearer !== undefined) all.Authorization = `Bearer ${bearer}`;
    if (from !== undefined) all['X-Forwarded-For'] = from;
    const content = form !== undefined ? new URLSearchParams(form).toString() : json && JSON.stringify(json);
    const reply = await within(fetch(this.url + path, { method, headers: all, body: content }), `${method} ${path}`);
    const text = await reply.text();
    const isJson = reply.headers.get('content-type')?.startsWith('application/json') && text;
    const body = isJson ? JSON.parse(text) : undefined;
    if (body?.token) this.secrets.keepToken('an access token', body.token);
    if (body?.refresh_token) this.secrets.keep('a refresh token', body.refresh_token);
    return { status: reply.status, headers: reply.headers, text, body };
  }
  /** As ask(), and it must work. */
  async gets(path, request) {
    const reply = await this.ask(path, request);
    assert.equal(reply.status, 200, `${path}: ${reply.text}`);
    return reply.body;
  }
  login(user, password, from) {
    return this.ask('/v1/login', { json: { user, password }, from });
  }
  refresh(refresh_token, from) {
    return this.ask('/v1/token/refresh', { json: { refresh_token }, from });
  }

  /** A subcommand with `input` on its standard input: {code, stdout, stderr}. `shows`: what it is there to print. */
  async command(args, { input = '', config = this.config, shows = [] } = {}) {
    const options = config ? ['--config', config] : [];
    const child = spawn(binary('token_server'), [...options, ...args], { stdio: 'pipe' });
    const result = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr']) child[name].setEncoding('utf8').on('data', (text) => (result[name] += text));
    child.stdin.on('error', () => {}); // it may end without having read
    child.stdin.end(input);
    const ended = new Promise((resolve, reject) => child.on('close', resolve).on('error', reject));
    result.code = await within(ended, `token_server ${args[0]} to end`);
    let said = result.stdout; // without what it is there to show
    for (const text of shows) said = said.replaceAll(text, '');
    this.written.push(said, result.stderr);
    return result;
  }
  /** As command(), and it must work; its stdout. */
  async does(args, options) {
    const { code, stdout, stderr } = await this.command(args, options);
    assert.equal(code, 0, `${args.join(' ')}: ${stderr}`);
    return stdout;
  }
  /** A new user by a pipe: {user, password}. */
  async newUser(name) {
    const user = this.person(name);
    const password = this.password();
    await this.does(['user', 'add', user], { input: `${password}\n`, shows: [user] });
    return { user, password };
  }
  /** `key add` for a configuration with a keys_file; the key. */
  async newKey(name, ...options) {
    const { code, stdout, stderr } = await this.command(['key', 'add', name, ...options], { shows: [/pk_\S+/g] });
    assert.equal(code, 0, stderr);
    return this.secrets.keep('a key of a back end', stdout.trim());
  }

  /** SIGHUP, and until it has said what came of it: that line. */
  async reload() {
    const said = () => this.server.everything().match(/^.*(configuration re-read|reload refused).*$/gm) ?? [];
    const before = said().length;
    this.server.child.kill('SIGHUP');
    return eventually('the answer to SIGHUP', () => said()[before]);
  }
  async metrics() {
    const find = () => /metrics on (http:\S+)/.exec(this.server.everything())?.[1];
    const reply = await fetch(await eventually('the address of the metrics', find));
    assert.equal(reply.status, 200);
    return reply.text();
  }
  audit() {
    const file = this.place.file('audit.log');
    return existsSync(file) ? readFileSync(file, 'utf8') : '';
  }
  /** Events of the audit log, parsed. */
  events(name) {
    return this.audit().split('\n').filter(Boolean).map((line) => JSON.parse(line)).filter((e) => e.event === name);
  }

  /** Ends the programs; fails if one of them did not end well, or wrote what it must not. */
  async stop() {
    try {
      this.written.push(await this.metrics());
      for (const program of this.programs.splice(0)) {
        this.written.push(program);
        await program.stop();
      }
      this.searchForSecrets();
    } finally {
      await this.end();
    }
  }
  async restart() {
    this.written.push(this.server);
    this.programs.splice(this.programs.indexOf(this.server), 1);
    await this.server.stop();
    await this.startServer();
  }
  async end() {
    for (const program of this.programs.splice(0)) await program.kill();
    this.place.remove();
  }

  searchForSecrets() {
    const texts = this.written.map((piece) => (piece instanceof Program ? piece.everything() : piece));
    const written = [...texts, this.audit()].join('\n');
    assert.ok(written.includes('token_server listening on'), 'there is something to search');
    assert.deepEqual(this.secrets.leaks(written), [], 'in logs, metrics and the audit log');
    for (const name of ['token.db', 'token.db-wal', 'keys.json']) {
      const file = this.place.file(name);
      const stored = existsSync(file) ? readFileSync(file, 'latin1') : '';
      assert.deepEqual(this.secrets.leaks(stored, PEOPLE), [], name);
    }
  }
}

/** An account whose secret nobody knows. */
export const newAccount = (rest = {}) => ({
  name: 'main',
  account_sid: `AC${hex(16)}`,
  api_key_sid: `SK${hex(16)}`,
  api_key_secret: randomBytes(24).toString('base64url'),
  chat_service_sid: `IS${hex(16)}`,
  ...rest,
});
