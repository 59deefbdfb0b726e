// The official clients in headless Chromium, on a page of another origin: preflights, forms, blobs, downloads.
import assert from 'node:assert/strict';
import { Page, chromium } from '../support/browser.mjs';
import { Relay } from '../support/relay.mjs';
import { cases, fresh, versions } from '../support/world.mjs';

const limits = chromium ? { timeout: 90_000 } : { skip: 'no chromium (apt-get install chromium, or PARLEY_CHROMIUM)' };
const FORM = { type: 'text/plain', size: 12, text: 'in a form ü' };

/** Alice, who answers the browser's greeting, in a conversation with whoever logs in there. */
async function host(world, t) {
  const [alice, guest] = [await world.enter(t, 'alice'), fresh('browser')];
  const room = await alice.room();
  await room.add(guest);
  await room.prepareMessage().setBody('from outside').addMedia({ contentType: 'text/plain', media: Buffer.from('a file from outside') }).buildAndSend();
  // However long the browser takes to start: its own deadline ends the case.
  alice.client.on('messageAdded', ({ body }) => body === 'hello from the browser' && room.sendMessage('hello browser'));
  return { alice, room, guest, token: await world.token(guest) };
}
const valuesOf = ({ steps }) => Object.fromEntries(steps.map(({ name, value }) => [name, value]));
/** How browsers write a file name into a form: quotation marks as %22. */
const NAME = /^förm ("|%22)1("|%22)\.txt$/;

cases('browser', { concurrency: 1 }, (world, test) => {
  for (const version of versions) {
    test(`browser_conversations: ${version}`, async (t) => {
      const { alice, room, guest, token } = await host(world, t);
      const relay = await Relay.start(t, world.chatAddress);
      const page = await Page.serve(t, { version, cut: () => relay.flap() });
      const report = await page.visit(t, { url: relay.url, token, room: room.sid, kind: 'conversations' });
      assert.equal(report.error, undefined, `${report.error}\n${report.stack}\n${report.console}`);
      const found = valuesOf(report);
      assert.equal(found.initialized, guest);
      assert.equal(found.receives, alice.identity);
      const { name, ...form } = found['uploads a form'];
      assert.match(name, NAME);
      assert.deepEqual(form, FORM);
      assert.deepEqual(found['uploads a blob'], { type: 'text/plain', name: 'blob ü.txt', text: 'in a blob' });
      assert.equal(found['downloads what others sent'], 'a file from outside');
      assert.equal(found.reconnects, 'after the cut');
      const seen = await alice.message(room, 'with a form');
      assert.equal(await (await fetch(await seen.attachedMedia[0].getContentTemporaryUrl())).text(), FORM.text);
    }, limits);
  }
});

cases('browser: another origin is expected', { concurrency: 1, chat: { allowed_origins: ['https://app.example.com'] } }, (world, test) => {
  test('browser_origin_refused', async (t) => {
    const { room, token } = await host(world, t);
    const page = await Page.serve(t, { version: versions[0] });
    const report = await page.visit(t, { url: world.chatUrl, token, room: room.sid, kind: 'conversations' });
    assert.match(report.error ?? '', /connectionError/);
    assert.deepEqual(report.steps, []);
  }, limits);
});
