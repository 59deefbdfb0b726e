// Read horizons, unread counts, notification levels.
import assert from 'node:assert/strict';
import { numbers, refused } from '../support/expect.mjs';
import { cases, versions } from '../support/world.mjs';

cases('read state', { versions }, (world, test) => {
  const filled = async (t, count) => {
    const [alice, bob] = [await world.enter(t, 'alice'), await world.enter(t, 'bob')];
    const room = await alice.room({}, bob);
    for (const i of numbers(count)) await room.sendMessage(String(i));
    await bob.receives(room, count);
    return { alice, bob, room, bobs: await bob.joined(room) };
  };
  const horizon = (device, room, identity, index) => device.until(
    () => device.all('participantUpdated').some((u) => u.participant.conversation.sid === room.sid
      && u.participant.identity === identity && u.updateReasons.includes('lastReadMessageIndex')
      && u.participant.lastReadMessageIndex === index), `${identity} to have read ${index}`);

  test('read_horizon', async (t) => {
    const { alice, bob, room, bobs } = await filled(t, 5);
    assert.equal(bobs.lastReadMessageIndex, null);
    assert.equal(await bobs.getUnreadMessagesCount(), null, 'no horizon yet');
    assert.equal(await bobs.getMessagesCount(), 5);

    assert.equal(await bobs.updateLastReadMessageIndex(1), 3);
    await bob.until(() => bobs.lastReadMessageIndex === 1, 'the own horizon');
    assert.equal(await bobs.getUnreadMessagesCount(), 3);
    const seen = (await horizon(alice, room, bob.identity, 1)) && (await room.getParticipantByIdentity(bob.identity));
    assert.ok(Math.abs(seen.lastReadTimestamp - Date.now()) < 60_000);

    assert.equal(await bobs.advanceLastReadMessageIndex(3), 1);
    await horizon(alice, room, bob.identity, 3);
    await bob.until(() => bobs.lastReadMessageIndex === 3, 'the own horizon');
    assert.equal(await bobs.advanceLastReadMessageIndex(0), 1, 'advance never goes back');
    assert.equal(await bobs.updateLastReadMessageIndex(0), 4, 'update does');

    assert.equal(await bobs.setAllMessagesRead(), 0);
    await horizon(alice, room, bob.identity, 4);
    assert.equal(await bobs.getUnreadMessagesCount(), 0);
    const updated = bob.all('conversationUpdated', (u) => u.conversation.sid === room.sid);
    assert.ok(updated.some((u) => u.updateReasons.includes('lastReadMessageIndex')));
  });

  test('read_horizon_reset', async (t) => {
    const { alice, bob, room, bobs } = await filled(t, 3);
    await bobs.setAllMessagesRead();
    await horizon(alice, room, bob.identity, 2);
    assert.equal(await bobs.setAllMessagesUnread(), null);
    await bob.until(() => bobs.lastReadMessageIndex === null, 'the own horizon to be reset');
    assert.equal(await bobs.getUnreadMessagesCount(), null);
    await horizon(alice, room, bob.identity, null);
  });

  test('read_horizon_beyond_the_end', async (t) => {
    const { bob, bobs } = await filled(t, 3);
    assert.equal(await bobs.updateLastReadMessageIndex(1000), 0);
    await bob.until(() => bobs.lastReadMessageIndex === 2, 'the horizon at the last message');
  });

  test('read_horizon_is_personal', async (t) => {
    const { alice, room, bobs } = await filled(t, 4);
    await bobs.setAllMessagesRead();
    assert.equal(await room.getUnreadMessagesCount(), null);
    await room.updateLastReadMessageIndex(0);
    assert.equal(await room.getUnreadMessagesCount(), 3);
    assert.equal(await bobs.getUnreadMessagesCount(), 0);
    await alice.barrier();
    assert.equal(room.lastReadMessageIndex, 0);
  });

  test('unread_grows_with_messages', async (t) => {
    const { bob, room, bobs } = await filled(t, 2);
    await bobs.setAllMessagesRead();
    for (const i of [3, 4, 5]) {
      await room.sendMessage(String(i));
      await bob.message(room, String(i));
    }
    assert.equal(await bobs.getUnreadMessagesCount(), 3);
    assert.equal(bobs.lastReadMessageIndex, 1);
  });

  test('unread_ignores_removed_messages', async (t) => {
    const { alice, bobs, room } = await filled(t, 5);
    await bobs.updateLastReadMessageIndex(1);
    const [, , two] = await alice.receives(room, 5);
    await two.remove();
    assert.equal(await bobs.getUnreadMessagesCount(), 2);
    assert.equal(await bobs.getMessagesCount(), 4);
  });

  test('read_horizon_in_an_empty_conversation', async (t) => {
    const { bobs } = await filled(t, 0);
    assert.equal(await bobs.setAllMessagesRead(), 0);
    assert.equal(await bobs.getMessagesCount(), 0);
  });

  test('read_horizon_survives_a_new_login', async (t) => {
    const { bob, room, bobs } = await filled(t, 4);
    await bobs.updateLastReadMessageIndex(2);
    const again = await world.enter(t, 'again', { as: bob.identity });
    const found = await again.joined(room);
    assert.equal(found.lastReadMessageIndex, 2);
    assert.equal(await found.getUnreadMessagesCount(), 1);
  });

  test('notification_level', async (t) => {
    const { alice, bob, room, bobs } = await filled(t, 1);
    assert.equal(bobs.notificationLevel, 'default');
    await bobs.setUserNotificationLevel('muted');
    await bob.until(() => bobs.notificationLevel === 'muted', 'muted');
    const updated = bob.all('conversationUpdated', (u) => u.updateReasons.includes('notificationLevel'));
    assert.ok(updated.length >= 1);
    await bob.client.peekConversationBySid(room.sid);
    assert.equal(bobs.notificationLevel, 'muted', 'a look at it changes nothing');
    assert.equal(room.notificationLevel, 'default', 'nobody else is concerned');
    const again = await world.enter(t, 'again', { as: bob.identity });
    assert.equal((await again.joined(room)).notificationLevel, 'muted');
    await bobs.setUserNotificationLevel('default');
    await bob.until(() => bobs.notificationLevel === 'default', 'default again');
    await alice.barrier();
    assert.equal(alice.count('conversationUpdated', (u) => u.updateReasons.includes('notificationLevel')), 0);
  });

  test('error_read_horizon_of_a_stranger', async (t) => {
    const alice = await world.enter(t, 'alice');
    const made = await alice.client.createConversation();
    await refused(made.setUserNotificationLevel('muted'), 403, 50430);
    await refused(made.updateLastReadMessageIndex(0), 403, 50430);
  });
});
