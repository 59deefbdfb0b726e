// Conversations: made, found, changed, deleted.
import assert from 'node:assert/strict';
import { everyPage, numbers, refused } from '../support/expect.mjs';
import { cases, fresh, versions } from '../support/world.mjs';

const HARD_NAMES = {
  reserved: 'a b/c?d#e%f&g=h+i;j@k:l',
  encoded: 'already%2Fencoded%20name',
  cyrillic: 'Комната №1',
  emoji: '👩‍👩‍👧 "family"',
  quotes: `it's "quoted" \\ <b>`,
  looksLikeSid: 'CHannel',
};

cases('conversations', { versions }, (world, test) => {
  test('create_conversation', async (t) => {
    const alice = await world.enter(t, 'alice');
    const options = {
      friendlyName: 'Кухня "1"',
      uniqueName: fresh('kitchen'),
      attributes: { topic: 'food', deep: { list: [1, 'два', null, true] } },
    };
    const made = await alice.client.createConversation(options);
    assert.match(made.sid, /^CH[0-9a-f]{32}$/);
    assert.equal(made.friendlyName, options.friendlyName);
    assert.equal(made.uniqueName, options.uniqueName);
    assert.deepEqual(made.attributes, options.attributes);
    assert.equal(made.createdBy, alice.identity);
    assert.ok(Math.abs(made.dateCreated - Date.now()) < 60_000);
    assert.ok(made.dateUpdated >= made.dateCreated);
    assert.equal(made.status, 'notParticipating', 'creating is not joining');
    assert.equal(alice.count('conversationAdded', (c) => c.sid === made.sid), 1);
    assert.equal(await made.getParticipantsCount(), 0);

    await made.join();
    await alice.joined(made);
    assert.equal(made.status, 'joined');
    assert.equal(await made.getParticipantsCount(), 1);
    assert.equal(alice.count('conversationAdded', (c) => c.sid === made.sid), 1, 'added once');
  });

  test('create_conversation_defaults', async (t) => {
    const alice = await world.enter(t, 'alice');
    const room = await alice.room();
    assert.equal(room.friendlyName, null);
    assert.equal(room.uniqueName, null);
    assert.deepEqual(room.attributes, {});
    assert.equal(room.state.current, 'active');
    assert.ok(room.state.dateUpdated instanceof Date);
    assert.equal(room.lastMessage, undefined);
    assert.equal(room.lastReadMessageIndex, null);
    assert.equal(room.notificationLevel, 'default');
    assert.deepEqual(room.bindings, {});
    assert.equal(typeof room.limits.mediaAttachmentsCountLimit, 'number');
    assert.equal(await room.getMessagesCount(), 0);
  });

  test('create_conversation_attributes_of_every_kind', async (t) => {
    const alice = await world.enter(t, 'alice');
    for (const attributes of [[1, [2]], 'text', 17, true, { '': { 'ключ': '\u2028' } }]) {
      const made = await alice.client.createConversation({ attributes });
      assert.deepEqual(made.attributes, attributes);
      assert.deepEqual(await made.getAttributes(), attributes);
    }
  });

  test('error_unique_name_conflict', async (t) => {
    const [alice, bob] = [await world.enter(t, 'alice'), await world.enter(t, 'bob')];
    const uniqueName = fresh('taken');
    await alice.client.createConversation({ uniqueName });
    await refused(alice.client.createConversation({ uniqueName }), 409, 50353);
    await refused(bob.client.createConversation({ uniqueName }), 409, 50353);
    await bob.client.createConversation({ uniqueName: uniqueName.toUpperCase() });
  });

  test('error_unique_name_race', async (t) => {
    const people = await Promise.all(numbers(4).map((i) => world.enter(t, `racer${i}`)));
    const uniqueName = fresh('race');
    const tries = people.map((p) => p.client.createConversation({ uniqueName }));
    const results = await Promise.allSettled(tries);
    assert.equal(results.filter((r) => r.status === 'fulfilled').length, 1, 'exactly one wins');
    for (const r of results.filter((r) => r.status === 'rejected')) await refused(Promise.reject(r.reason), 409, 50353);
  });

  test('get_by_sid_and_unique_name', async (t) => {
    const [alice, bob] = [await world.enter(t, 'alice'), await world.enter(t, 'bob')];
    const uniqueName = fresh('known');
    const room = await alice.room({ uniqueName, friendlyName: 'Known' }, bob);
    for (const { client } of [alice, bob]) {
      const bySid = await client.getConversationBySid(room.sid);
      const byName = await client.getConversationByUniqueName(uniqueName);
      const peeked = await client.peekConversationBySid(room.sid);
      for (const found of [bySid, byName, peeked]) {
        assert.equal(found.sid, room.sid);
        assert.equal(found.friendlyName, 'Known');
        assert.equal(found.status, 'joined');
      }
    }
    assert.equal(alice.count('conversationLeft') + bob.count('conversationLeft'), 0, 'looking changes nothing');
  });

  for (const [kind, name] of Object.entries(HARD_NAMES)) {
    test(`get_by_unique_name_escaped: ${kind}`, async (t) => {
      const alice = await world.enter(t, 'alice');
      const uniqueName = fresh(name);
      const made = await alice.client.createConversation({ uniqueName });
      assert.equal(made.uniqueName, uniqueName);
      const again = await world.enter(t, 'again', { as: alice.identity });
      const found = await again.client.getConversationByUniqueName(uniqueName);
      assert.equal(found.sid, made.sid);
      assert.equal(found.uniqueName, uniqueName);
      assert.equal(found.status, 'notParticipating', 'the creator has not joined');
    });
  }

  test('error_not_found', async (t) => {
    const alice = await world.enter(t, 'alice');
    const nowhere = 'CH' + '0'.repeat(32);
    await refused(alice.client.getConversationBySid(nowhere), 404, 50350);
    await refused(alice.client.peekConversationBySid(nowhere), 404, 50350);
    await refused(alice.client.getConversationByUniqueName(fresh('nothing')), 404, 50350);
  });

  test('error_forbidden_to_strangers', async (t) => {
    const [alice, eve] = [await world.enter(t, 'alice'), await world.enter(t, 'eve')];
    const uniqueName = fresh('private');
    const room = await alice.room({ uniqueName });
    await refused(eve.client.getConversationBySid(room.sid), 403, 50430);
    await refused(eve.client.peekConversationBySid(room.sid), 403, 50430);
    await refused(eve.client.getConversationByUniqueName(uniqueName), 404, 50350);
    assert.deepEqual(await everyPage(await eve.client.getSubscribedConversations()), []);
    assert.equal(eve.count('conversationAdded'), 0);
  });

  test('conversation_update', async (t) => {
    const [alice, bob] = [await world.enter(t, 'alice'), await world.enter(t, 'bob')];
    const room = await alice.room({ friendlyName: 'old', uniqueName: fresh('old') }, bob);
    const bobs = await bob.joined(room);
    const before = room.dateUpdated;
    const uniqueName = fresh('new');
    const news = [
      ['friendlyName', () => room.updateFriendlyName('новое имя'), () => bobs.friendlyName === 'новое имя'],
      ['uniqueName', () => room.updateUniqueName(uniqueName), () => bobs.uniqueName === uniqueName],
      ['attributes', () => room.updateAttributes({ a: [1] }), () => bobs.attributes.a?.[0] === 1],
    ];
    for (const [reason, change, arrived] of news) {
      const mark = bob.mark();
      await change();
      await bob.sees('conversationUpdated', (u) => u.conversation.sid === room.sid && u.updateReasons.includes(reason),
        { since: mark, what: reason });
      assert.ok(arrived(), reason);
    }
    await alice.until(() => room.dateUpdated > before, 'a later dateUpdated');
    assert.equal(room.friendlyName, 'новое имя');
    assert.equal((await bob.client.getConversationByUniqueName(uniqueName)).sid, room.sid);
  });

  test('conversation_update_frees_the_unique_name', async (t) => {
    const alice = await world.enter(t, 'alice');
    const uniqueName = fresh('free');
    const room = await alice.room({ uniqueName });
    await room.updateUniqueName(null);
    await alice.until(() => room.uniqueName === null, 'the name to be cleared');
    await refused(alice.client.getConversationByUniqueName(uniqueName), 404, 50350);
    const next = await alice.client.createConversation({ uniqueName });
    assert.notEqual(next.sid, room.sid);
  });

  test('error_update_unique_name_conflict', async (t) => {
    const alice = await world.enter(t, 'alice');
    const uniqueName = fresh('owned');
    await alice.room({ uniqueName });
    const other = await alice.room({ uniqueName: fresh('other') });
    const kept = other.uniqueName;
    await refused(other.updateUniqueName(uniqueName), 409, 50353);
    await alice.barrier();
    assert.equal(other.uniqueName, kept);
  });

  test('conversation_delete', async (t) => {
    const [alice, bob] = [await world.enter(t, 'alice'), await world.enter(t, 'bob')];
    const uniqueName = fresh('doomed');
    const room = await alice.room({ uniqueName }, bob);
    await room.sendMessage('last words');
    await bob.message(room, 'last words');
    await room.delete();
    for (const person of [alice, bob]) {
      await person.sees('conversationLeft', (c) => c.sid === room.sid);
      await person.sees('conversationRemoved', (c) => c.sid === room.sid);
      assert.deepEqual(await everyPage(await person.client.getSubscribedConversations()), []);
      await refused(person.client.peekConversationBySid(room.sid), 404, 50350);
    }
    const next = await bob.client.createConversation({ uniqueName });
    assert.notEqual(next.sid, room.sid, 'the name is free again');
  });

  test('conversation_delete_unjoined', async (t) => {
    const alice = await world.enter(t, 'alice');
    const made = await alice.client.createConversation();
    await made.delete();
    await alice.sees('conversationRemoved', (c) => c.sid === made.sid);
    await refused(alice.client.peekConversationBySid(made.sid), 404, 50350);
  });

  test('error_delete_by_non_creator', async (t) => {
    const [alice, bob] = [await world.enter(t, 'alice'), await world.enter(t, 'bob')];
    const room = await alice.room({}, bob);
    const bobs = await bob.joined(room);
    await refused(bobs.delete(), 403, 50107);
    await room.sendMessage('still here');
    await bob.message(room, 'still here');
  });

  const TOO_MUCH = [
    ['unique name', { uniqueName: 'u'.repeat(10_000) }],
    ['friendly name', { friendlyName: 'f'.repeat(10_000) }],
    ['attributes', { attributes: { a: 'a'.repeat(100_000) } }],
  ];
  for (const [what, options] of TOO_MUCH) {
    test(`error_too_long: ${what}`, async (t) => {
      const alice = await world.enter(t, 'alice');
      const error = await refused(alice.client.createConversation(options), [400, 413]);
      assert.ok(error.body.message.length < 500, 'the error does not repeat the input');
      await alice.client.createConversation();
    });
  }
});
