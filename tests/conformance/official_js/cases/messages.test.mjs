// Messages: sent, seen by all, changed, removed.
import assert from 'node:assert/strict';
import { numbers, refused } from '../support/expect.mjs';
import { cases, versions } from '../support/world.mjs';

const TEXTS = {
  'emoji with joiners': '👩‍👩‍👧‍👦 🏳️‍🌈 \u{1F600}',
  'many scripts': 'Привет שלום العربية हिन्दी 中文 ไทย',
  'combining and composed': 'e\u0301 \u00e9 a\u0308\u0323',
  'line ends': 'one\r\ntwo\nthree\rfour\r\n\r\n',
  'JSON specials': '"quoted" \\ / \b\f\t {"a":[1]} </script>',
  'control characters': 'a\u0000b\u0001c\u001f\u007f',
  'separators and non-characters': 'a\u2028b\u2029c\ufffe\ufeff\ufffd',
  'outside the basic plane': '\u{10FFFD}\u{1D11E}\u{20000}',
  'looks like a frame': 'TWILSOCK V3.0 12\r\n{"a":1}\r\n',
  blanks: '   \t ',
};

cases('messages', { versions }, (world, test) => {
  const pair = async (t) => {
    const [alice, bob] = [await world.enter(t, 'alice'), await world.enter(t, 'bob')];
    const room = await alice.room({}, bob);
    return { alice, bob, room, bobs: await bob.joined(room) };
  };

  test('send_text', async (t) => {
    const { alice, bob, room, bobs } = await pair(t);
    const attributes = { k: 'v', n: [1, { x: null }] };
    assert.equal(await room.sendMessage('hello', attributes), 0, 'the index of the first message');
    const mine = await alice.message(room, 'hello');
    const theirs = await bob.message(room, 'hello');
    for (const message of [mine, theirs]) {
      assert.match(message.sid, /^IM[0-9a-f]{32}$/);
      assert.equal(message.sid, mine.sid);
      assert.equal(message.index, 0);
      assert.equal(message.author, alice.identity);
      assert.equal(message.type, 'text');
      assert.deepEqual(message.attributes, attributes);
      assert.ok(Math.abs(message.dateCreated - Date.now()) < 60_000);
      assert.equal(+message.dateUpdated, +message.dateCreated);
      assert.equal(message.lastUpdatedBy, null);
      assert.equal(message.attachedMedia?.length ?? 0, 0);
      assert.equal(message.aggregatedDeliveryReceipt, null);
      const author = await message.getParticipant();
      assert.equal(author.sid, message.participantSid);
      assert.equal(author.identity, alice.identity);
    }
    await bob.until(() => bobs.lastMessage?.index === 0, 'lastMessage');
    assert.equal(+bobs.lastMessage.dateCreated, +theirs.dateCreated);
    assert.equal(await bobs.sendMessage('hi'), 1);
    await alice.message(room, 'hi');
    assert.deepEqual(alice.bodies(room), ['hello', 'hi']);
    assert.equal(await room.getMessagesCount(), 2);
  });

  for (const [kind, text] of Object.entries(TEXTS)) {
    test(`send_unicode: ${kind}`, async (t) => {
      const { alice, bob, room } = await pair(t);
      await room.sendMessage(text, { [text]: text });
      for (const device of [alice, bob]) {
        const [message] = await device.receives(room, 1);
        assert.equal(message.body, text);
        assert.deepEqual(message.attributes, { [text]: text });
      }
      const again = await world.enter(t, 'again', { as: bob.identity });
      const page = await (await again.client.getConversationBySid(room.sid)).getMessages();
      assert.equal(page.items[0].body, text, 'from the store too');
    });
  }

  test('send_invalid_unicode', async (t) => {
    const { bob, room } = await pair(t);
    await refused(room.sendMessage('half a pair \ud83d'), 400);
    await room.sendMessage('whole');
    await bob.message(room, 'whole');
    assert.deepEqual(bob.bodies(room), ['whole']);
  });

  test('send_prepared', async (t) => {
    const { bob, room } = await pair(t);
    const unsent = room.prepareMessage().setBody('body').setSubject('Betreff: ü').setAttributes({ a: 1 }).build();
    assert.equal(await unsent.send(), 0);
    const message = await bob.message(room, 'body');
    assert.equal(message.subject, 'Betreff: ü');
    assert.deepEqual(message.attributes, { a: 1 });
  });

  test('send_null', async (t) => {
    const { alice, bob, room } = await pair(t);
    assert.equal(await room.sendMessage(null, { only: 'attributes' }), 0);
    for (const device of [alice, bob]) {
      const [message] = await device.receives(room, 1);
      assert.ok(!message.body, 'no body');
      assert.deepEqual(message.attributes, { only: 'attributes' });
    }
  });

  test('concurrent_sends', async (t) => {
    const { alice, bob, room, bobs } = await pair(t);
    const carol = await world.enter(t, 'carol');
    await alice.add(room, carol);
    const carols = await carol.joined(room);
    const EACH = 20;
    const sends = numbers(EACH).flatMap((i) => [
      room.sendMessage(`alice ${i}`), bobs.sendMessage(`bob ${i}`), carols.sendMessage(`carol ${i}`)]);
    const indexes = await Promise.all(sends);
    assert.deepEqual([...indexes].sort((a, b) => a - b), numbers(3 * EACH), 'no index twice, none left out');
    const orders = [];
    for (const device of [alice, bob, carol]) {
      const seen = await device.receives(room, 3 * EACH);
      await device.barrier();
      assert.equal(device.messages(room).length, 3 * EACH, `${device.name}: each once`);
      assert.deepEqual(seen.map((m) => m.index), numbers(3 * EACH), `${device.name}: in order`);
      orders.push(device.bodies(room));
      for (const who of ['alice', 'bob', 'carol']) {
        const own = device.bodies(room).filter((b) => b.startsWith(who));
        assert.deepEqual(own, numbers(EACH).map((i) => `${who} ${i}`), `${who}'s own order`);
      }
    }
    assert.deepEqual(orders[1], orders[0]);
    assert.deepEqual(orders[2], orders[0]);
  });

  test('big_message', async (t) => {
    const { bob, room } = await pair(t);
    const body = 'ü'.repeat(16 * 1024);
    await room.sendMessage(body, { a: 'x'.repeat(4_000) });
    const [message] = await bob.receives(room, 1);
    assert.equal(message.body, body);
    const error = await refused(room.sendMessage(body + 'x'), [400, 413]);
    assert.ok(error.body.message.length < 500, 'the error does not repeat the input');
    await refused(room.sendMessage('small', { a: 'x'.repeat(4 * 1024) }), [400, 413]);
    assert.equal(await room.sendMessage('next'), 1, 'a refused message uses no index');
  });

  test('message_update', async (t) => {
    const { alice, bob, room } = await pair(t);
    await room.sendMessage('first', { v: 1 });
    const mine = await alice.message(room, 'first');
    const theirs = await bob.message(room, 'first');
    await mine.updateBody('второе');
    await bob.sees('messageUpdated', (u) => u.message.sid === mine.sid && u.updateReasons.includes('body'));
    assert.equal(theirs.body, 'второе');
    assert.deepEqual(theirs.attributes, { v: 1 }, 'attributes stay');
    assert.equal(theirs.lastUpdatedBy, alice.identity);
    assert.ok(theirs.dateUpdated >= theirs.dateCreated);
    await mine.updateAttributes({ v: 2 });
    await bob.sees('messageUpdated', (u) => u.message.sid === mine.sid && u.updateReasons.includes('attributes'));
    assert.deepEqual(theirs.attributes, { v: 2 });
    assert.equal(theirs.body, 'второе', 'the body stays');
    assert.equal(theirs.index, 0);
    assert.equal(bob.count('messageAdded'), 1);
    const page = await room.getMessages();
    assert.equal(page.items[0].body, 'второе');
  });

  test('message_remove', async (t) => {
    const { alice, bob, room, bobs } = await pair(t);
    for (const body of ['one', 'two', 'three']) await room.sendMessage(body);
    await bob.receives(room, 3);
    const [, , three] = await alice.receives(room, 3);
    await three.remove();
    const gone = await bob.sees('messageRemoved');
    assert.equal(gone.body, 'three');
    await bob.until(() => bobs.lastMessage?.index === 1, 'lastMessage to go back to 1');
    await alice.sees('messageRemoved');
    assert.deepEqual((await bobs.getMessages()).items.map((m) => m.body), ['one', 'two']);
    assert.equal(await bobs.getMessagesCount(), 2);
    assert.equal(await room.sendMessage('four'), 3, 'an index is never used again');
    await bob.until(() => bobs.lastMessage?.index === 3, 'lastMessage 3');
  });

  test('message_remove_all', async (t) => {
    const { alice, bob, room, bobs } = await pair(t);
    await room.sendMessage('only');
    const only = await alice.message(room, 'only');
    await bob.until(() => bobs.lastMessage?.index === 0, 'lastMessage');
    await only.remove();
    await bob.until(() => bobs.lastMessage === undefined, 'lastMessage to be cleared');
    assert.deepEqual((await bobs.getMessages()).items, []);
    assert.equal(await bobs.getMessagesCount(), 0);
  });

  test('error_foreign_message', async (t) => {
    const { alice, bob, room, bobs } = await pair(t);
    await room.sendMessage('by alice');
    const seen = await bob.message(room, 'by alice');
    await refused(seen.updateBody('by bob'), 403, 50107);
    await refused(seen.updateAttributes({ a: 1 }), 403, 50107);
    await refused(seen.remove(), 403, 50107);
    await bobs.sendMessage('by bob');
    const his = await alice.message(room, 'by bob');
    await his.remove();
    await bob.sees('messageRemoved', (m) => m.body === 'by bob', { what: 'by the creator' });
    assert.equal(seen.body, 'by alice');
  });

  test('error_message_gone', async (t) => {
    const { alice, room } = await pair(t);
    await room.sendMessage('brief');
    const message = await alice.message(room, 'brief');
    await message.remove();
    await refused(message.updateBody('again'), 404, 50500);
    await refused(message.updateAttributes({}), 404, 50500);
    await refused(message.remove(), 404, 50500);
  });

  test('error_send_without_joining', async (t) => {
    const alice = await world.enter(t, 'alice');
    const made = await alice.client.createConversation();
    await refused(made.sendMessage('from outside'), 403, 50430);
    assert.equal(await made.getMessagesCount(), 0);
  });

  test('error_send_after_removal', async (t) => {
    const { bob, room, bobs } = await pair(t);
    await room.removeParticipant(bob.identity);
    await bob.sees('conversationRemoved');
    await refused(bobs.sendMessage('ghost'), 403, 50430);
    assert.equal(await room.getMessagesCount(), 0);
  });

  test('message_extras', async (t) => {
    const { alice, room } = await pair(t);
    await room.sendMessage('plain');
    const message = await alice.message(room, 'plain');
    assert.equal(await message.getContentData(), null);
    assert.equal(await message.getChannelMetadata(), null);
  });

  test('delivery_receipts_empty', async (t) => {
    const { alice, bob, room } = await pair(t);
    await room.sendMessage('plain');
    for (const device of [alice, bob]) {
      const message = await device.message(room, 'plain');
      assert.deepEqual(await message.getDetailedDeliveryReceipts(), []);
      assert.equal(message.aggregatedDeliveryReceipt, null);
    }
  });

  test('message_recipients_empty', async (t) => {
    const { alice, room } = await pair(t);
    await room.sendMessage('plain');
    assert.deepEqual((await room.getMessageRecipients()).items, []);
    assert.deepEqual(await (await alice.message(room, 'plain')).getMessageRecipients(), []);
  }, { since: '2.7.0' });
});
