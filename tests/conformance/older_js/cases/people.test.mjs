// Members, and what they show of themselves: attributes, typing, user records, reachability, push.
import assert from 'node:assert/strict';
import { fresh } from '../../official_js/support/world.mjs';
import { refusedBy } from '../support/refusal.mjs';
import { cases, hasChannels, hasConversations } from '../support/older_world.mjs';

cases('people', (cast, test) => {
  test('members', async (t) => {
    const { alice, bob, room, bobs } = await cast.pair(t);
    for (const one of [room, bobs]) {
      assert.deepEqual((await one.getParticipants()).map((p) => p.identity).sort(), [alice.identity, bob.identity].sort());
      assert.equal(await one.getParticipantsCount(), 2);
    }
    const member = await personOf(room, bob);
    for (const [ask, key] of [['getParticipantBySid', member.sid], ['getParticipantByIdentity', bob.identity]]) {
      if (room[ask]) assert.equal((await room[ask](key)).sid, member.sid);
    }
    assert.equal(member.type, 'chat');
    assert.match(member.roleSid, /^RL[0-9a-f]{32}$/);
    assert.equal((await member.getUser()).identity, bob.identity);
    await refusedBy(cast, room.add(bob.identity), 409);
  });

  test('member_attributes', async (t) => {
    const { alice, bob, bobs } = await cast.pair(t);
    await (await personOf(bobs, bob)).updateAttributes({ mood: 'good' });
    const { participant } = await alice.sees('participantUpdated',
      (u) => u.participant.identity === bob.identity && u.updateReasons.includes('attributes'));
    assert.deepEqual(participant.attributes, { mood: 'good' });
  });

  test('add_with_attributes', async (t) => {
    const [alice, carol] = await cast.people(t, 'alice', 'carol');
    const room = await alice.room();
    await room.add(carol.identity, { seat: 7 });
    const came = await alice.sees('participantJoined', (p) => p.identity === carol.identity);
    assert.deepEqual(came.attributes, { seat: 7 });
    await (await carol.joined(room)).getParticipants();
  }, { when: hasConversations });

  test('add_non_chat_participant', async (t) => {
    const alice = await cast.enter(t, 'alice');
    const room = await alice.room();
    await room.addNonChatParticipant('+15005550006', '+15005550009', { via: 'phone' });
    const came = await alice.sees('participantJoined', (p) => p.type === 'sms');
    assert.ok(!came.identity, 'nobody who logs in');
    assert.deepEqual(came.attributes, { via: 'phone' });
    assert.equal(await room.getParticipantsCount(), 2);
  }, { when: hasConversations });

  test('remove_member', async (t) => {
    const { alice, bob, room } = await cast.pair(t);
    await room.removeParticipant(bob.identity);
    await alice.sees('participantLeft', (p) => p.identity === bob.identity);
    await bob.sees('conversationLeft', (c) => c.sid === room.sid);
    await bob.sees('conversationRemoved', (c) => c.sid === room.sid);
    await room.sendMessage('without bob');
    await alice.message(room, 'without bob');
    await bob.barrier();
    assert.equal(bob.count('messageAdded'), 0);
    await refusedBy(cast, room.removeParticipant(bob.identity), 404);
  });

  test('remove_member_by_object', async (t) => {
    const { alice, bob, room } = await cast.pair(t);
    await room.removeParticipant(await personOf(room, bob));
    await bob.sees('conversationRemoved', (c) => c.sid === room.sid);
    await alice.add(room, bob);
    await room.sendMessage('once more');
    await bob.message(room, 'once more');
  });

  for (const identity of ['bob smith', 'Боб', 'bob+tag@example.com', 'a;b:c', '🧑‍🚀']) {
    test(`identities: ${identity}`, async (t) => {
      const alice = await cast.enter(t, 'alice');
      const bob = await cast.enter(t, 'bob', { as: fresh(identity) });
      const room = await alice.room({}, bob);
      assert.equal((await alice.client.getUser(bob.identity)).identity, bob.identity);
      await (await bob.joined(room)).sendMessage('it is me');
      assert.equal((await alice.message(room, 'it is me')).author, bob.identity);
      await room.removeParticipant(bob.identity);
      await bob.sees('conversationRemoved', (c) => c.sid === room.sid);
    });
  }

  test('typing', async (t) => {
    const { alice, bob, room, bobs } = await cast.pair(t);
    await bobs.typing();
    const member = await alice.sees('typingStarted', (p) => p.identity === bob.identity && p.conversation.sid === room.sid);
    assert.equal(member.isTyping, true);
    await bobs.sendMessage('typed');
    await alice.sees('typingEnded', (p) => p.identity === bob.identity);
  });

  test('users', async (t) => {
    const { alice, bob } = await cast.pair(t);
    assert.equal(bob.client.user.friendlyName, bob.identity);
    assert.deepEqual(bob.client.user.attributes, {});
    const user = await alice.client.getUser(bob.identity);
    await bob.client.user.updateFriendlyName('Bob');
    await bob.client.user.updateAttributes({ likes: ['tea'] });
    for (const [device, seen] of [[alice, user], [bob, bob.client.user]]) {
      await device.until(() => seen.friendlyName === 'Bob' && seen.attributes.likes?.[0] === 'tea', 'the new name and attributes');
    }
    assert.ok(alice.count('userUpdated', (u) => u.user.identity === bob.identity && u.updateReasons.includes('friendlyName')) > 0);
    assert.ok((await alice.client.getSubscribedUsers()).map((u) => u.identity).includes(bob.identity));
    await refusedBy(cast, alice.client.getUser(fresh('nobody')), 404);
  });

  test('user_descriptors', async (t) => {
    const { alice, bob, room } = await cast.pair(t);
    const descriptor = await alice.client.getUserDescriptor(bob.identity);
    assert.deepEqual([descriptor.identity, descriptor.isOnline, descriptor.isNotifiable], [bob.identity, true, false]);
    const page = await room.getUserDescriptors();
    assert.deepEqual(page.items.map((d) => d.identity).sort(), [alice.identity, bob.identity].sort());
    assert.deepEqual([page.hasPrevPage, page.hasNextPage], [false, false]);
    assert.equal((await page.items.find((d) => d.identity === bob.identity).subscribe()).identity, bob.identity);
  }, { when: hasChannels });

  test('reachability', async (t) => {
    const { alice, bob } = await cast.pair(t);
    const user = await alice.client.getUser(bob.identity);
    await alice.until(() => user.isOnline === true, 'bob to be online');
    await bob.client.shutdown();
    await alice.until(() => user.isOnline === false, 'bob to be offline');
  });

  test('push_registration', async (t) => {
    const [alice, bob] = await cast.people(t, 'alice', 'bob');
    const user = await alice.client.getUser(bob.identity);
    assert.equal(user.isNotifiable, false);
    await bob.client.setPushRegistrationId('fcm', `device of ${bob.identity}`);
    await alice.until(() => user.isNotifiable, 'bob to be notifiable');
    await bob.client.unsetPushRegistrationId('fcm');
    await alice.until(() => !user.isNotifiable, 'bob not to be notifiable');
  });
});

/** A member of a room: the oldest clients cannot ask for one by identity. */
const personOf = async (room, { identity }) => (await room.getParticipants()).find((p) => p.identity === identity);
