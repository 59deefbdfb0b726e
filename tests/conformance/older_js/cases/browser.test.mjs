// The bundles for <script> in headless Chromium. An older one has the host of media built in: a proxy with TLS
// stands for it, and the browser is told where to find that name.
import assert from 'node:assert/strict';
import { Page, chromium } from '../../official_js/support/browser.mjs';
import { hasOpenssl } from '../../official_js/support/certificate.mjs';
import { Relay } from '../../official_js/support/relay.mjs';
import { fresh } from '../../official_js/support/world.mjs';
import { CLIENTS, clients, fileOf } from '../support/clients.mjs';
import { MEDIA_HOST, serveMediaHost } from '../support/media_host.mjs';
import { world } from '../support/older_world.mjs';

const missing = (!chromium && 'no chromium (apt-get install chromium, or PARLEY_CHROMIUM)') || (!hasOpenssl && 'no openssl program');
const limits = missing ? { skip: missing } : { timeout: 90_000 };

/** Where each package has its bundle, and whether one enters by Client.create(). */
const BUNDLES = {
  'chat-3.3.7': { file: 'dist/twilio-chat.min.js', factory: true },
  'conversations-1.2.3': { file: 'dist/twilio-conversations.min.js', factory: true },
  'chat-5.0.2': { file: 'dist/twilio-chat.min.js', factory: true },
  'chat-6.0.0': { file: 'builds/twilio-chat.min.js' },
  'conversations-2.0.1': { file: 'builds/twilio-conversations.min.js' },
  'conversations-3.0.1': { file: 'builds/twilio-conversations.min.js' },
};
/** In a short run one of the session generation and one of the next. */
const short = ['chat-3.3.7', 'chat-6.0.0'];
const wanted = clients.length === Object.keys(CLIENTS).length ? Object.keys(BUNDLES) : short;

const page = new URL('../support/older_page.html', import.meta.url);

// Links of media then begin with the name that the browser is led to.
world('browser', { concurrency: 1, chat: { public_url: `https://${MEDIA_HOST}` } }, (service, test) => {
  for (const name of wanted) {
    test(`browser [${name}]`, async (t) => {
      const { file, factory } = BUNDLES[name];
      const [alice, guest] = [await service.enterWith('conversations-3.0.1', t, 'alice'), fresh('browser')];
      const room = await alice.room();
      await room.add(guest);
      alice.client.on('messageAdded', ({ body }) => body === 'hello from the browser' && room.sendMessage('hello browser'));

      const flags = await serveMediaHost(t, service.chatAddress);
      const relay = await Relay.start(t, service.chatAddress);
      const served = await Page.serve(t, { html: page, bundle: fileOf(name, file), cut: () => relay.flap() });
      const token = await service.token(guest);
      const report = await served.visit(t, { url: relay.url, token, room: room.sid, ...(factory && { factory }) }, { flags });
      assert.equal(report.error, undefined, `${report.error}\n${report.stack}\n${JSON.stringify(report.steps)}\n${report.console}`);
      assert.deepEqual(Object.fromEntries(report.steps.map((step) => [step.name, step.value])), {
        initialized: guest,
        receives: alice.identity,
        edits: 'changed',
        'uploads a form': { type: 'text/plain', name: 'förm.txt', size: 12, text: 'in a form ü' },
        'uploads a text': { type: 'text/plain', name: null, size: 8, text: 'as it is' },
        reconnects: 'after the cut',
      });
      await alice.message(room, 'after the cut');
      assert.equal(alice.messages(room).filter((m) => m.type === 'media').length, 2);
    }, limits);
  }
});
