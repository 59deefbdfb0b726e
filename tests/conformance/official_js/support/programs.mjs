// Starts and stops the programs under test. Each group of cases has its own pair of servers on free ports.
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { SANITIZED, within } from './deadline.mjs';

export const account = {
  account_sid: 'AC' + '0a'.repeat(16),
  api_key_sid: 'SK' + '0b'.repeat(16),
  // That of config.example.json: with any other, token_server asks callers who they are.
  api_key_secret: 'example-secret-change-me-0123456',
  chat_service_sid: 'IS' + '0c'.repeat(16),
};

export function binary(name) {
  const directory = process.env.PARLEY_BIN;
  if (!directory) throw new Error('PARLEY_BIN is not set: run.sh sets it to the directory of the programs');
  return path.resolve(directory, name);
}

export const hasBinary = (name) => existsSync(binary(name));

/** Runs a command of a program to its end: {code, stdout, stderr}. */
export async function run(name, ...args) {
  const child = spawn(binary(name), args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const texts = { stdout: '', stderr: '' };
  for (const pipe of ['stdout', 'stderr']) child[pipe].setEncoding('utf8').on('data', (text) => (texts[pipe] += text));
  try {
    const code = await within(new Promise((resolve) => child.on('close', resolve)), `${name} ${args.join(' ')} to end`, 30_000);
    return { code, ...texts };
  } finally {
    child.kill('SIGKILL');
  }
}

/** A bound on memory(), given for a release build: sanitizers keep books that are several times as large. */
export const memoryBound = (bytes) => (SANITIZED ? 5 * bytes : bytes);

/** A temporary directory with the configuration files of one pair of servers. */
export class Workplace {
  constructor() {
    this.directory = mkdtempSync(path.join(tmpdir(), 'parley-js-'));
  }
  file(name) {
    return path.join(this.directory, name);
  }
  config(name, sections) {
    const file = this.file(name);
    // Nobody else may read a file with a secret, or the programs refuse it.
    writeFileSync(file, JSON.stringify({ account, ...sections }), { mode: 0o600 });
    return file;
  }
  remove() {
    rmSync(this.directory, { recursive: true, force: true });
  }
}

/** One running program: `NAME listening on URL` on its stdout means ready. */
export class Program {
  static async start(name, configFile) {
    const program = new Program(name, configFile);
    try {
      await within(program.ready, () => `${name} to print "listening on"; so far:\n${program.output}`);
    } catch (error) {
      program.child.kill('SIGKILL');
      throw error;
    }
    return program;
  }

  constructor(name, configFile) {
    this.name = name;
    this.output = ''; // the end of it, for messages
    this.chunks = [];
    this.child = spawn(binary(name), ['--config', configFile], { stdio: ['ignore', 'pipe', 'pipe'] });
    this.ended = new Promise((resolve) => {
      this.child.on('close', (code, signal) => resolve({ code, signal })); // behind its last words
      this.child.on('error', (error) => resolve({ error }));
    });
    this.ready = new Promise((resolve, reject) => {
      const look = (chunk) => {
        this.chunks.push(chunk);
        this.output = (this.output + chunk).slice(-20_000);
        if (process.env.PARLEY_OUTPUT) process.stderr.write(`[${name}] ${chunk}`);
        const found = /listening on \w+:\/\/([\d.]+:\d+)/.exec(this.output);
        if (found) resolve((this.address = found[1]));
      };
      this.child.stdout.setEncoding('utf8').on('data', look);
      this.child.stderr.setEncoding('utf8').on('data', look);
      this.ended.then((end) =>
        reject(new Error(`${name} ended at once (${JSON.stringify(end)}):\n${this.output}`)));
    });
    this.ready.catch(() => {});
  }

  /** All that it wrote to stdout and stderr. */
  everything() {
    return this.chunks.join('');
  }

  /** Bytes of memory it holds now. */
  memory() {
    const status = readFileSync(`/proc/${this.child.pid}/status`, 'utf8');
    return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)[1]) * 1024;
  }
  /** File descriptors it has open now. */
  openFiles() {
    return readdirSync(`/proc/${this.child.pid}/fd`).length;
  }

  /** SIGTERM; a clean program ends with 0 within five seconds. */
  async stop() {
    this.child.kill('SIGTERM');
    try {
      const end = await within(this.ended, `${this.name} to end after SIGTERM`, 5000);
      if (end.code !== 0) {
        throw new Error(`${this.name} ended with ${JSON.stringify(end)}; its output:\n${this.output}`);
      }
      this.reportsNothing();
    } finally {
      this.child.kill('SIGKILL');
      for (const pipe of [this.child.stdout, this.child.stderr]) pipe.destroy();
    }
  }

  /** kill -9: what a crash or the end of the power does. */
  async kill() {
    this.child.kill('SIGKILL');
    await this.ended;
    this.reportsNothing();
  }

  /** A build with sanitizers found nothing wrong. */
  reportsNothing() {
    const found = /(WARNING: ThreadSanitizer|ERROR: \w+Sanitizer|runtime error:)[^]{0,4000}/.exec(this.everything());
    if (found) throw new Error(`${this.name}: ${found[0]}`);
  }
}
