// Who is in a conversation, who comes and who goes.
import assert from 'node:assert/strict';
import { everyPage, numbers, refused } from '../support/expect.mjs';
import { cases, fresh, versions } from '../support/world.mjs';

const STRANGE = {
  mail: `bob+tag@example.com '"<>`,
  cyrillic: 'Боб#алиса',
  reserved: 'a/b?c%20d&e=f+g',
  emoji: '🧑‍🚀 captain',
  backslash: 'DOMAIN\\user "q"',
};
const of = (room, identity) => (p) => p.conversation.sid === room.sid && p.identity === identity;

cases('participants', { versions }, (world, test) => {
  test('join_and_leave', async (t) => {
    const [alice, bob] = [await world.enter(t, 'alice'), await world.enter(t, 'bob')];
    const room = await alice.room({}, bob);
    const bobs = await bob.joined(room);
    assert.equal(bobs.status, 'joined');
    await bobs.leave();
    await bob.sees('conversationLeft', (c) => c.sid === room.sid);
    await bob.sees('conversationRemoved', (c) => c.sid === room.sid);
    await alice.sees('participantLeft', of(room, bob.identity));
    assert.equal(bobs.status, 'notParticipating');
    assert.equal(await room.getParticipantsCount(), 1);
    assert.deepEqual((await room.getParticipants()).map((p) => p.identity), [alice.identity]);
    assert.deepEqual(await everyPage(await bob.client.getSubscribedConversations()), []);
  });

  test('participant_leaves', async (t) => {
    const [alice, bob, carol] = await Promise.all(['alice', 'bob', 'carol'].map((n) => world.enter(t, n)));
    const room = await alice.room({}, bob, carol);
    const left = await room.getParticipantByIdentity(bob.identity);
    await (await bob.joined(room)).leave();
    for (const device of [alice, carol]) {
      const seen = await device.sees('participantLeft', of(room, bob.identity));
      assert.equal(seen.sid, left.sid);
    }
    await room.sendMessage('without bob');
    await carol.message(room, 'without bob');
    await bob.barrier();
    assert.equal(bob.count('messageAdded'), 0);
    assert.equal(carol.count('participantLeft'), 1);
    assert.deepEqual((await room.getParticipants()).map((p) => p.identity).sort(), [alice.identity, carol.identity].sort());
  });

  test('creator_leaves_and_comes_back', async (t) => {
    const alice = await world.enter(t, 'alice');
    const room = await alice.room({ uniqueName: fresh('home') });
    await room.sendMessage('before');
    await room.leave();
    await alice.sees('conversationLeft', (c) => c.sid === room.sid);
    const found = await alice.client.getConversationByUniqueName(room.uniqueName);
    assert.equal(found.status, 'notParticipating');
    const mark = alice.mark();
    await found.join();
    const back = await alice.joined(room, { since: mark });
    assert.deepEqual((await back.getMessages()).items.map((m) => m.body), ['before']);
  });

  test('error_join_twice', async (t) => {
    const [alice, bob] = [await world.enter(t, 'alice'), await world.enter(t, 'bob')];
    const room = await alice.room({}, bob);
    await refused(room.join(), 409, 50433);
    await refused(room.add(bob.identity), 409, 50433);
    assert.equal(await room.getParticipantsCount(), 2);
  });

  test('add_participant', async (t) => {
    const [alice, bob] = [await world.enter(t, 'alice'), await world.enter(t, 'bob')];
    const room = await alice.room({ friendlyName: 'both' });
    await room.add(bob.identity, { colour: 'зелёный' });
    const bobs = await bob.joined(room);
    assert.equal(bob.count('conversationAdded', (c) => c.sid === room.sid), 1);
    assert.equal(bobs.friendlyName, 'both');

    const seen = await alice.sees('participantJoined', of(room, bob.identity));
    assert.match(seen.sid, /^MB[0-9a-f]{32}$/);
    assert.match(seen.roleSid, /^RL[0-9a-f]{32}$/);
    assert.equal(seen.type, 'chat');
    assert.deepEqual(seen.attributes, { colour: 'зелёный' });
    assert.ok(seen.dateCreated instanceof Date && seen.dateUpdated instanceof Date);
    assert.equal(seen.lastReadMessageIndex, null);
    assert.equal(seen.isTyping, false);

    for (const conversation of [room, bobs]) {
      const people = (await conversation.getParticipants()).map((p) => p.identity).sort();
      assert.deepEqual(people, [alice.identity, bob.identity].sort());
      assert.equal((await conversation.getParticipantBySid(seen.sid)).identity, bob.identity);
      assert.equal((await conversation.getParticipantByIdentity(bob.identity)).sid, seen.sid);
      assert.equal(await conversation.getParticipantsCount(), 2);
    }
    const user = await seen.getUser();
    assert.equal(user.identity, bob.identity);
    assert.equal(user.friendlyName, bob.identity);
  });

  const ADDRESSES = {
    sms: ['+15550001', '+15550002'],
    whatsapp: ['whatsapp:+15550001', 'whatsapp:+15550002'],
    email: ['desk@example.com', 'bob@example.com', { email: { name: 'Bob', level: 'cc' } }],
  };
  for (const [type, [proxy, address, ...binding]] of Object.entries(ADDRESSES)) {
    const since = binding.length > 0 ? '2.7.0' : undefined;
    test(`add_non_chat_participant: ${type}`, async (t) => {
      const [alice, bob] = [await world.enter(t, 'alice'), await world.enter(t, 'bob')];
      const room = await alice.room({}, bob);
      await room.addNonChatParticipant(proxy, address, { colour: 'red' }, ...binding);
      for (const device of [alice, bob]) {
        const seen = await device.sees('participantJoined', (p) => p.conversation.sid === room.sid && p.type !== 'chat');
        assert.match(seen.sid, /^MB[0-9a-f]{32}$/);
        assert.equal(seen.type, type);
        assert.ok(!seen.identity, 'nobody who logs in');
        assert.deepEqual(seen.attributes, { colour: 'red' });
      }
      assert.equal(await room.getParticipantsCount(), 3);
      await refused(room.addNonChatParticipant(proxy, address, {}, ...binding), 409, 50433);
      const again = await world.enter(t, 'again', { as: bob.identity });
      const [stranger] = (await (await again.joined(room)).getParticipants()).filter((p) => p.type === type);
      await (await room.getParticipantBySid(stranger.sid)).updateAttributes({ colour: 'blue' });
      await again.until(() => stranger.attributes.colour === 'blue', 'the new attributes');
      await room.removeParticipant(stranger.sid);
      await again.sees('participantLeft', (p) => p.sid === stranger.sid);
      assert.equal(await room.getParticipantsCount(), 2);
    }, { since });
  }

  test('add_before_first_login', async (t) => {
    const alice = await world.enter(t, 'alice');
    const room = await alice.room({ uniqueName: fresh('waiting') });
    const identity = fresh('nobody yet');
    await room.add(identity);
    await room.sendMessage('welcome');
    const newcomer = await world.enter(t, 'newcomer', { as: identity });
    const found = await newcomer.client.getConversationByUniqueName(room.uniqueName);
    assert.equal(found.status, 'joined');
    assert.deepEqual((await found.getMessages()).items.map((m) => m.body), ['welcome']);
    const mine = await everyPage(await newcomer.client.getSubscribedConversations());
    assert.deepEqual(mine.map((c) => c.sid), [room.sid]);
  });

  const WAYS = {
    identity: (room, bob) => room.removeParticipant(bob.identity),
    sid: (room, bob, seen) => room.removeParticipant(seen.sid),
    object: (room, bob, seen) => room.removeParticipant(seen),
    'participant.remove': (room, bob, seen) => seen.remove(),
  };
  for (const [way, remove] of Object.entries(WAYS)) {
    test(`remove_participant: ${way}`, async (t) => {
      const [alice, bob] = [await world.enter(t, 'alice'), await world.enter(t, 'bob')];
      const room = await alice.room({}, bob);
      const seen = await room.getParticipantByIdentity(bob.identity);
      await remove(room, bob, seen);
      await alice.sees('participantLeft', (p) => p.sid === seen.sid);
      await bob.sees('conversationLeft', (c) => c.sid === room.sid);
      await bob.sees('conversationRemoved', (c) => c.sid === room.sid);
      await refused(bob.client.peekConversationBySid(room.sid), 403, 50430);
      assert.equal(await room.getParticipantsCount(), 1);
    });
  }

  test('error_remove_by_non_creator', async (t) => {
    const [alice, bob, carol] = await Promise.all(['alice', 'bob', 'carol'].map((n) => world.enter(t, n)));
    const room = await alice.room({}, bob, carol);
    const bobs = await bob.joined(room);
    await refused(bobs.removeParticipant(carol.identity), 403, 50107);
    assert.equal(await room.getParticipantsCount(), 3);
  });

  test('error_remove_nobody', async (t) => {
    const alice = await world.enter(t, 'alice');
    const room = await alice.room();
    await refused(room.removeParticipant(fresh('nobody')), 404, 50432);
    await refused(room.removeParticipant('MB' + '0'.repeat(32)), 404, 50432);
  });

  test('member_may_add', async (t) => {
    const [alice, bob, carol] = await Promise.all(['alice', 'bob', 'carol'].map((n) => world.enter(t, n)));
    const room = await alice.room({}, bob);
    const bobs = await bob.joined(room);
    await bobs.add(carol.identity);
    await carol.joined(room);
    await alice.sees('participantJoined', of(room, carol.identity));
  });

  test('rejoin_after_removal', async (t) => {
    const [alice, bob] = [await world.enter(t, 'alice'), await world.enter(t, 'bob')];
    const room = await alice.room({}, bob);
    const first = await room.getParticipantByIdentity(bob.identity);
    await room.sendMessage('one');
    await bob.message(room, 'one');
    await room.removeParticipant(bob.identity);
    await bob.sees('conversationRemoved', (c) => c.sid === room.sid);
    await room.sendMessage('two');

    const mark = bob.mark();
    await room.add(bob.identity);
    const again = await bob.joined(room, { since: mark });
    assert.notEqual((await again.getParticipantByIdentity(bob.identity)).sid, first.sid);
    assert.deepEqual((await again.getMessages()).items.map((m) => m.body), ['one', 'two']);
    await room.sendMessage('three');
    await bob.message(room, 'three');
    await bob.barrier();
    assert.equal(again.status, 'joined');
    assert.equal(bob.count('conversationRemoved'), 1);
  });

  test('participant_update_attributes', async (t) => {
    const [alice, bob] = [await world.enter(t, 'alice'), await world.enter(t, 'bob')];
    const room = await alice.room({}, bob);
    const bobs = await bob.joined(room);
    const self = await bobs.getParticipantByIdentity(bob.identity);
    const mark = alice.mark();
    await self.updateAttributes({ mood: '😀' });
    const update = await alice.sees('participantUpdated', (u) => u.participant.identity === bob.identity
      && u.updateReasons.includes('attributes'), { since: mark });
    assert.deepEqual(update.participant.attributes, { mood: '😀' });
    assert.ok(!update.updateReasons.includes('roleSid'));
  });

  for (const [kind, name] of Object.entries(STRANGE)) {
    test(`strange_identities: ${kind}`, async (t) => {
      const [alice, bob] = [await world.enter(t, 'alice'), await world.enter(t, 'bob', { as: fresh(name) })];
      const room = await alice.room({}, bob);
      const bobs = await bob.joined(room);
      await bobs.sendMessage('hi');
      assert.equal((await alice.message(room, 'hi')).author, bob.identity);
      assert.equal((await alice.client.getUser(bob.identity)).friendlyName, bob.identity);
      const mark = bob.mark();
      await bobs.leave();
      await bob.sees('conversationRemoved', (c) => c.sid === room.sid, { since: mark });
      await room.add(bob.identity);
      await (await bob.joined(room, { since: mark })).getParticipants();
      await room.removeParticipant(bob.identity);
      await alice.until(() => alice.count('participantLeft', of(room, bob.identity)) === 2, 'two departures');
    });
  }

  test('large_roster_paging', async (t) => {
    const alice = await world.enter(t, 'alice');
    const room = await alice.room();
    const guests = numbers(119).map((i) => fresh(`guest${i}`));
    await Promise.all(guests.map((guest) => room.add(guest)));
    const again = await world.enter(t, 'again', { as: alice.identity });
    const found = await again.client.getConversationBySid(room.sid);
    const people = await found.getParticipants();
    assert.deepEqual(people.map((p) => p.identity).sort(), [alice.identity, ...guests].sort());
    assert.equal(await found.getParticipantsCount(), 120);
  });
});
