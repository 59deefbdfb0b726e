// Conversations: made, found, joined, changed, deleted; invitations and lists of public channels.
import assert from 'node:assert/strict';
import { everyPage, numbers } from '../../official_js/support/expect.mjs';
import { fresh } from '../../official_js/support/world.mjs';
import { refusedBy } from '../support/refusal.mjs';
import { cases, hasChannels } from '../support/older_world.mjs';

cases('rooms', (cast, test) => {
  test('create', async (t) => {
    const alice = await cast.enter(t, 'alice');
    const options = { friendlyName: 'Кухня', uniqueName: fresh('kitchen'), attributes: { topic: ['food'] } };
    const made = await alice.client.createConversation(options);
    assert.match(made.sid, /^CH[0-9a-f]{32}$/);
    assert.equal(made.friendlyName, options.friendlyName);
    assert.equal(made.uniqueName, options.uniqueName);
    assert.deepEqual(made.attributes, options.attributes);
    assert.equal(made.createdBy, alice.identity);
    assert.ok(isOutside(made), made.status);
    assert.ok(made.dateCreated instanceof Date);
    await alice.sees('conversationAdded', (c) => c.sid === made.sid);
    await refusedBy(cast, alice.client.createConversation(options), 409);
  });

  test('create_kinds', async (t) => {
    const alice = await cast.enter(t, 'alice');
    for (const isPrivate of [false, true]) {
      const made = await alice.client.createConversation({ isPrivate });
      assert.equal(made.isPrivate, isPrivate);
      assert.equal(made.type, isPrivate ? 'private' : 'public');
    }
  }, { when: hasChannels });

  test('join_and_leave', async (t) => {
    const [alice, bob] = await cast.people(t, 'alice', 'bob');
    const room = await alice.room({ isPrivate: false, uniqueName: fresh('square') });
    await alice.room(); // another one, which must stay out of sight
    const found = await open(cast, bob, alice, room);
    assert.equal(found.sid, room.sid);
    assert.equal((await bob.joined(room)).status, 'joined');
    await found.getParticipants(); // loaded: leaving while it loads leaves an unhandled rejection behind
    await alice.sees('participantJoined', (p) => p.identity === bob.identity);
    assert.deepEqual((await bob.client.getSubscribedConversations()).items.map((c) => c.sid), [room.sid]);
    await found.leave();
    await bob.sees('conversationLeft', (c) => c.sid === room.sid);
    await alice.sees('participantLeft', (p) => p.identity === bob.identity);
    assert.ok(isOutside(found), found.status);
  });

  test('private_is_private', async (t) => {
    const [alice, eve] = await cast.people(t, 'alice', 'eve');
    const room = await alice.room({ uniqueName: fresh('private') });
    await refusedBy(cast, eve.client.getConversationByUniqueName(room.uniqueName), [403, 404]);
    await refusedBy(cast, eve.client.getConversationBySid(room.sid), [403, 404]);
    await refusedBy(cast, alice.client.getConversationByUniqueName(fresh('nothing')), 404);
  });

  test('invite_and_accept', async (t) => {
    const [alice, bob] = await cast.people(t, 'alice', 'bob');
    const room = await alice.room({ friendlyName: 'secret garden' });
    await room.sendMessage('before');
    await room.invite(bob.identity);
    const invited = await bob.sees('conversationInvited', (c) => c.sid === room.sid);
    assert.equal(invited.status, 'invited');
    assert.equal(invited.friendlyName, 'secret garden');
    assert.equal(await room.getParticipantsCount(), 1, 'not yet a member');
    await invited.join();
    await bob.joined(room);
    await alice.sees('participantJoined', (p) => p.identity === bob.identity);
    assert.deepEqual((await invited.getMessages()).items.map((m) => m.body), ['before']);
    await invited.sendMessage('thanks');
    await alice.message(room, 'thanks');
  }, { when: hasChannels });

  test('decline', async (t) => {
    const [alice, bob] = await cast.people(t, 'alice', 'bob');
    const room = await alice.room();
    await room.invite(bob.identity);
    const invited = await bob.sees('conversationInvited', (c) => c.sid === room.sid);
    await invited.decline();
    await bob.sees('conversationRemoved', (c) => c.sid === room.sid);
    await refusedBy(cast, invited.join(), 403);
    assert.equal(await room.getParticipantsCount(), 1);
    await room.invite(bob.identity);
    await bob.until(() => bob.count('conversationInvited', (c) => c.sid === room.sid) === 2, 'a second invitation');
  }, { when: hasChannels });

  test('update', async (t) => {
    const { alice, room, bob, bobs } = await cast.pair(t);
    const uniqueName = fresh('renamed');
    await room.updateFriendlyName('Имя');
    await room.updateUniqueName(uniqueName);
    await room.updateAttributes({ a: [1] });
    await bob.until(() => bobs.friendlyName === 'Имя' && bobs.uniqueName === uniqueName && bobs.attributes.a?.[0] === 1, 'all three');
    await bobs.setUserNotificationLevel('muted');
    await bob.until(() => bobs.notificationLevel === 'muted', 'muted');
    await alice.barrier();
    assert.notEqual(room.notificationLevel, 'muted', 'it is one\'s own');
    const other = await alice.client.createConversation();
    await refusedBy(cast, other.updateUniqueName(uniqueName), 409);
  });

  test('delete', async (t) => {
    const { alice, bob, room, bobs } = await cast.pair(t);
    await refusedBy(cast, bobs.delete(), 403);
    await room.delete();
    for (const device of [alice, bob]) await device.sees('conversationRemoved', (c) => c.sid === room.sid);
    await refusedBy(cast, bob.client.getConversationBySid(room.sid), 404);
  });

  test('public_descriptors', async (t) => {
    const [alice, bob] = await cast.people(t, 'alice', 'bob');
    const made = [];
    for (const i of numbers(60)) made.push(await alice.client.createConversation({ isPrivate: false, friendlyName: `page ${i}` }));
    const square = await alice.room({ isPrivate: false, uniqueName: fresh('open') });
    const closed = await alice.room({ isPrivate: true });
    await square.sendMessage('one');
    const all = await everyPage(await bob.client.getPublicChannelDescriptors());
    const sids = all.map((d) => d.sid);
    assert.equal(new Set(sids).size, sids.length, 'each once');
    assert.deepEqual(made.map((c) => c.sid).filter((sid) => !sids.includes(sid)), []);
    assert.ok(!sids.includes(closed.sid), 'private ones are not in it');
    const found = all.find((d) => d.sid === square.sid);
    assert.equal(found.uniqueName, square.uniqueName);
    assert.equal(found.createdBy, alice.identity);
    assert.deepEqual([found.membersCount, found.messagesCount, found.type], [1, 1, 'public']);
    assert.ok(isOutside(found), found.status);
    const joined = await found.getChannel();
    await joined.join();
    assert.equal((await bob.joined(square)).sid, square.sid);
  }, { when: hasChannels });

  test('user_descriptors', async (t) => {
    const { alice, bob, room, bobs } = await cast.pair(t, { friendlyName: 'mine' });
    const notJoined = await alice.client.createConversation({ isPrivate: true });
    await room.sendMessage('one');
    await bob.receives(room, 1);
    const [descriptor] = (await bob.client.getUserChannelDescriptors()).items;
    assert.deepEqual([descriptor.sid, descriptor.friendlyName, descriptor.status], [room.sid, 'mine', 'joined']);
    assert.deepEqual([descriptor.membersCount, descriptor.messagesCount], [2, 1]);
    assert.equal((await descriptor.getChannel()).sid, bobs.sid);
    const hers = (await everyPage(await alice.client.getUserChannelDescriptors())).find((d) => d.sid === notJoined.sid);
    assert.ok(hers && isOutside(hers), `created, not joined: ${hers?.status}`);
  }, { when: hasChannels });
});

/** twilio-chat 3 says 'known' of what one does not participate in. */
const isOutside = ({ status }) => ['notParticipating', 'known'].includes(status);

/** Bob comes into a room of Alice's in the way his client has: through its public name, or because she adds him. */
async function open(cast, bob, alice, room) {
  if (!hasChannels(cast)) {
    await room.add(bob.identity);
    return bob.joined(room);
  }
  const found = await bob.client.getConversationByUniqueName(room.uniqueName);
  assert.ok(isOutside(found), found.status);
  assert.equal((await bob.client.getConversationBySid(room.sid)).uniqueName, room.uniqueName);
  await found.join();
  return found;
}
