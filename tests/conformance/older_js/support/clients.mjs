// The clients of this suite, unmodified, and what a case must know of each.
import { createRequire } from 'node:module';

const installed = createRequire(new URL('../package.json', import.meta.url));
const lowest = createRequire(new URL('../lowest/package.json', import.meta.url));

/**
 * `words`: of its interface, 'channel' or 'conversation'. `generation`: what it says on the wire: 'session' posts
 * commands to a list, 'events3' reads one event per notification, 'events4' is today's. `factory`: its documented
 * entrance is Client.create(), which returns when the client is ready; otherwise the constructor.
 */
const client = (words, generation, more = {}) => ({ words, generation, factory: generation === 'session', load: installed, ...more });

export const CLIENTS = {
  'chat-3.2.4': client('channel', 'session'),
  'chat-3.3.4': client('channel', 'session'),
  'chat-4.1.0': client('channel', 'session'),
  'conversations-1.1.0': client('conversation', 'session'),
  'conversations-1.2.3': client('conversation', 'session'),
  'chat-5.0.2': client('channel', 'events3', { factory: true }),
  'chat-6.0.0-lowest': client('channel', 'events3', { load: lowest }),
  'conversations-2.0.1-lowest': client('conversation', 'events3', { load: lowest }),
  'chat-6.0.0': client('channel', 'events4'),
  'conversations-2.0.1': client('conversation', 'events4'),
  'conversations-2.2.2': client('conversation', 'events4'),
  // official_js has the cases of these three; here they meet the older ones.
  'conversations-2.4.1': client('conversation', 'events4'),
  'conversations-2.7.0': client('conversation', 'events4'),
  'conversations-3.0.1': client('conversation', 'events4'),
};

/** One of each generation: what runs in CI. */
export const USUAL = ['chat-3.3.4', 'chat-5.0.2', 'chat-6.0.0-lowest'];

const wanted = (process.env.PARLEY_CLIENTS ?? USUAL.join(' ')).split(/[ ,]+/).filter(Boolean);
const unknown = wanted.filter((name) => name !== 'all' && !CLIENTS[name]);
if (unknown.length > 0) throw new Error(`PARLEY_CLIENTS: no client ${unknown}; there are ${Object.keys(CLIENTS).join(' ')}`);

/** The clients that run: those of PARLEY_CLIENTS, "all", or the usual ones. */
export const clients = wanted.includes('all') ? Object.keys(CLIENTS) : wanted;

const packageOf = (name) => name.replace(/-lowest$/, '');

/** The class Client of a package, as a CommonJS program gets it. */
export function clientClass(name) {
  const { load } = CLIENTS[name];
  const loaded = load(packageOf(name));
  return loaded.Client ?? loaded;
}

/** A file of a client's package. */
export const fileOf = (name, file) => new URL(`../node_modules/${packageOf(name)}/${file}`, import.meta.url);
