// Messages: sent, in order, changed, removed, read from the history, counted.
import assert from 'node:assert/strict';
import { everyPage, numbers } from '../../official_js/support/expect.mjs';
import { refusedBy } from '../support/refusal.mjs';
import { cases, hasConversations } from '../support/older_world.mjs';

cases('messages', (cast, test) => {
  test('send', async (t) => {
    const { alice, bob, room, bobs } = await cast.pair(t);
    assert.equal(await room.sendMessage('hello', { a: 1 }), 0);
    const theirs = await bob.message(room, 'hello');
    assert.equal(theirs.author, alice.identity);
    assert.equal(theirs.index, 0);
    assert.equal(theirs.type, 'text');
    assert.match(theirs.sid, /^IM[0-9a-f]{32}$/);
    assert.deepEqual(theirs.attributes, { a: 1 });
    if (cast.version !== 'chat-3.2.4') assert.equal((await theirs.getParticipant()).identity, alice.identity);
    assert.equal((await alice.message(room, 'hello')).sid, theirs.sid);
    await bob.until(() => bobs.lastMessage?.index === 0, 'lastMessage');
    const text = 'Привет \u{1F600} שלום \u2028 "q" \\ e\u0301';
    assert.equal(await bobs.sendMessage(text), 1);
    await alice.message(room, text);
    assert.equal(await room.getMessagesCount(), 2);
  });

  test('order', async (t) => {
    const { alice, bob, room, bobs } = await cast.pair(t);
    const EACH = 15;
    await Promise.all(numbers(EACH).flatMap((i) => [room.sendMessage(`alice ${i}`), bobs.sendMessage(`bob ${i}`)]));
    for (const device of [alice, bob]) await device.receives(room, 2 * EACH);
    for (const device of [alice, bob]) await device.barrier();
    assert.deepEqual(alice.messages(room).map((m) => m.index), numbers(2 * EACH));
    assert.deepEqual(bob.messages(room).map((m) => [m.index, m.body]), alice.messages(room).map((m) => [m.index, m.body]));
  });

  test('edit', async (t) => {
    const { alice, bob, room, bobs } = await cast.pair(t);
    await room.sendMessage('first');
    const [theirs, mine] = [await bob.message(room, 'first'), await alice.message(room, 'first')];
    await mine.updateBody('changed');
    await bob.sees('messageUpdated', (u) => u.message.sid === mine.sid && u.updateReasons.includes('body'));
    assert.equal(theirs.body, 'changed');
    await mine.updateAttributes({ a: 2 });
    await bob.until(() => theirs.attributes.a === 2, 'the new attributes');
    assert.equal(theirs.body, 'changed');
    await refusedBy(cast, theirs.updateBody('not mine'), 403);
    assert.deepEqual((await bobs.getMessages()).items.map((m) => m.body), ['changed']);
  });

  test('remove', async (t) => {
    const { alice, bob, room, bobs } = await cast.pair(t);
    for (const body of ['stays', 'goes']) await room.sendMessage(body);
    const mine = await alice.message(room, 'goes');
    const theirs = await bob.message(room, 'goes');
    await refusedBy(cast, theirs.remove(), 403);
    await mine.remove();
    for (const device of [alice, bob]) await device.sees('messageRemoved', (m) => m.sid === mine.sid);
    assert.deepEqual((await bobs.getMessages()).items.map((m) => m.body), ['stays']);
    assert.equal(await bobs.getMessagesCount(), 1);
    assert.equal(await room.sendMessage('next'), 2, 'indexes are not used twice');
  });

  test('strangers_are_refused', async (t) => {
    const { bob, room, bobs } = await cast.pair(t);
    await room.removeParticipant(bob.identity);
    await bob.sees('conversationRemoved', (c) => c.sid === room.sid);
    await refusedBy(cast, bobs.sendMessage('from outside'), 403);
    await refusedBy(cast, bobs.updateFriendlyName('mine'), 403);
  });

  test('delivery_receipts', async (t) => {
    const { alice, room } = await cast.pair(t);
    await room.sendMessage('no phone hears this');
    const message = await alice.message(room, 'no phone hears this');
    assert.deepEqual(await message.getDetailedDeliveryReceipts(), []);
  }, { when: hasConversations });

  test('history', async (t) => {
    const { alice, bob, room } = await cast.pair(t);
    for (const i of numbers(35)) await room.sendMessage(String(i));
    await bob.receives(room, 35);
    const again = await cast.enter(t, 'again', { as: alice.identity });
    const cold = await again.joined(room);
    const last = await cold.getMessages();
    assert.deepEqual(last.items.map((m) => m.index), numbers(30, 5));
    assert.deepEqual([last.hasPrevPage, last.hasNextPage], [true, false]);
    const first = await last.prevPage();
    assert.deepEqual(first.items.map((m) => m.index), numbers(5));
    assert.equal(first.hasPrevPage, false);
    assert.deepEqual((await everyPage(await cold.getMessages(7, 0, 'forward'))).map((m) => m.body), numbers(35).map(String));
    assert.deepEqual((await cold.getMessages(4, 12)).items.map((m) => m.index), [9, 10, 11, 12]);
  });

  test('unread', async (t) => {
    const { alice, bob, room, bobs } = await cast.pair(t);
    for (const i of numbers(5)) await room.sendMessage(String(i));
    await bob.receives(room, 5);
    assert.equal(bobs.lastReadMessageIndex, null);
    assert.equal(await bobs.getUnreadMessagesCount(), null);
    assert.equal(await bobs.updateLastReadMessageIndex(1), 3);
    await alice.sees('participantUpdated', (u) => u.participant.identity === bob.identity && u.participant.lastReadMessageIndex === 1);
    await bob.until(() => bobs.lastReadMessageIndex === 1, 'the own horizon');
    assert.equal(await bobs.getUnreadMessagesCount(), 3);
    assert.equal(await bobs.advanceLastReadMessageIndex(0), 3, 'it does not go back');
    assert.equal(await bobs.setAllMessagesRead(), 0);
    assert.equal(await bobs.getUnreadMessagesCount(), 0);
    await bob.until(() => bobs.lastReadMessageIndex === 4, 'the end');
    await bobs.setAllMessagesUnread();
    await bob.until(() => bobs.lastReadMessageIndex === null, 'the horizon to be reset');
  });
});
