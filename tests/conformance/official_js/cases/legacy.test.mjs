// The last client of the older product (twilio-chat 6.0.0), alone and beside Conversations on the same data.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { everyPage, numbers, refused } from '../support/expect.mjs';
import { Relay } from '../support/relay.mjs';
import { cases, fresh } from '../support/world.mjs';

const square = (options = {}) => ({ isPrivate: false, ...options });
const contentOf = async (media) => Buffer.from(await (await fetch(await media.getContentTemporaryUrl())).arrayBuffer());

cases('legacy', { concurrency: 6 }, (world, test) => {
  const people = (t, ...names) => Promise.all(names.map((name) => world.enterLegacy(t, name)));
  /** Two people in a private channel. */
  const pair = async (t) => {
    const [alice, bob] = await people(t, 'alice', 'bob');
    const channel = await alice.channel({ isPrivate: true });
    await alice.add(channel, bob);
    return { alice, bob, channel, bobs: await bob.joined(channel) };
  };
  /** The descriptor of a channel in the list of public ones. */
  const inTheList = async (device, sid) =>
    (await everyPage(await device.client.getPublicChannelDescriptors())).find((d) => d.sid === sid);

  test('legacy_start', async (t) => {
    const [alice] = await people(t, 'alice');
    assert.deepEqual(alice.all('connectionStateChanged'), ['connecting', 'connected']);
    assert.equal(alice.client.version, '6.0.0');
    assert.equal(alice.client.user.identity, alice.identity);
    assert.equal(alice.client.user.friendlyName, alice.identity);
    assert.deepEqual(alice.client.user.attributes, {});
    assert.equal(typeof alice.client.reachabilityEnabled, 'boolean');
    assert.deepEqual((await alice.client.getSubscribedChannels()).items, []);
    await alice.client.shutdown();
    await alice.state('disconnected');
  });

  test('legacy_create', async (t) => {
    const [alice] = await people(t, 'alice');
    const options = { friendlyName: 'Кухня', uniqueName: fresh('kitchen'), attributes: { topic: ['food'] } };
    for (const isPrivate of [false, true]) {
      const made = await alice.client.createChannel({ ...options, uniqueName: `${options.uniqueName}-${isPrivate}`, isPrivate });
      assert.match(made.sid, /^CH[0-9a-f]{32}$/);
      assert.equal(made.type, isPrivate ? 'private' : 'public');
      assert.equal(made.isPrivate, isPrivate);
      assert.equal(made.friendlyName, options.friendlyName);
      assert.deepEqual(made.attributes, options.attributes);
      assert.equal(made.createdBy, alice.identity);
      assert.equal(made.status, 'notParticipating');
      assert.ok(made.dateCreated instanceof Date);
    }
    await refused(alice.client.createChannel(square({ uniqueName: `${options.uniqueName}-false` })), 409, 50353);
  });

  test('legacy_public_channels', async (t) => {
    const [alice, bob] = await people(t, 'alice', 'bob');
    const open = await alice.channel(square({ friendlyName: 'open', uniqueName: fresh('open') }));
    const closed = await alice.channel({ isPrivate: true });
    await open.sendMessage('one');
    const found = await inTheList(bob, open.sid);
    assert.equal(found.friendlyName, 'open');
    assert.equal(found.uniqueName, open.uniqueName);
    assert.equal(found.type, 'public');
    assert.equal(found.isPrivate, false);
    assert.equal(found.createdBy, alice.identity);
    assert.equal(found.membersCount, 1);
    assert.equal(found.messagesCount, 1);
    assert.equal(found.status, 'notParticipating');
    assert.equal(await inTheList(bob, closed.sid), undefined, 'private ones are not in it');
    assert.equal(await inTheList(alice, closed.sid), undefined, 'not even for their members');
    await open.delete();
    assert.equal(await inTheList(bob, open.sid), undefined);
  });

  test('legacy_public_channels_in_pages', async (t) => {
    const [alice] = await people(t, 'alice');
    const made = await Promise.all(numbers(120).map((i) => alice.client.createChannel(square({ friendlyName: `page ${i}` }))));
    const first = await alice.client.getPublicChannelDescriptors();
    assert.ok(first.hasNextPage);
    const seen = (await everyPage(first)).map((d) => d.sid);
    assert.equal(new Set(seen).size, seen.length, 'each once');
    assert.deepEqual(made.map((c) => c.sid).filter((sid) => !seen.includes(sid)), []);
  });

  test('legacy_join_public', async (t) => {
    const [alice, bob] = await people(t, 'alice', 'bob');
    const uniqueName = fresh('square');
    const channel = await alice.channel(square({ uniqueName }));
    const found = await bob.client.getChannelByUniqueName(uniqueName);
    assert.equal(found.sid, channel.sid);
    assert.equal(found.status, 'notParticipating');
    assert.equal((await bob.client.getChannelBySid(channel.sid)).uniqueName, uniqueName);
    const viaList = await (await inTheList(bob, channel.sid)).getChannel();
    assert.equal(viaList.sid, channel.sid);
    await found.join();
    assert.equal((await bob.joined(channel)).status, 'joined');
    await found.getMembers(); // loaded: leaving while it loads leaves an unhandled rejection behind
    await alice.sees('memberJoined', (m) => m.identity === bob.identity);
    await found.leave();
    await bob.sees('channelLeft', (c) => c.sid === channel.sid);
    await alice.sees('memberLeft', (m) => m.identity === bob.identity);
    assert.equal(found.status, 'notParticipating');
    assert.equal((await bob.client.getChannelBySid(channel.sid)).sid, channel.sid, 'still in sight: it is public');
    await found.join();
    await found.sendMessage('back');
    await alice.message(channel, 'back');
  });

  test('legacy_private_is_private', async (t) => {
    const [alice, eve] = await people(t, 'alice', 'eve');
    const uniqueName = fresh('private');
    const channel = await alice.channel({ isPrivate: true, uniqueName });
    await refused(eve.client.getChannelBySid(channel.sid), [403, 404]);
    await refused(eve.client.getChannelByUniqueName(uniqueName), [403, 404]);
    await refused(alice.client.getChannelByUniqueName(fresh('nothing')), 404, 50350);
  });

  test('legacy_public_needs_membership', async (t) => {
    const [alice, eve] = await people(t, 'alice', 'eve');
    const channel = await alice.channel(square());
    await channel.sendMessage('for members');
    const seen = await eve.client.getChannelBySid(channel.sid);
    await refused(seen.sendMessage('from outside'), 403, 50430);
    await refused(seen.getMessages(), 403);
    await refused(seen.getMembers(), 403);
    await refused(seen.delete(), 403);
    await refused(seen.updateFriendlyName('mine'), 403);
    await eve.barrier();
    assert.equal(eve.count('messageAdded'), 0);
  });

  test('legacy_members', async (t) => {
    const { alice, bob, channel, bobs } = await pair(t);
    for (const one of [channel, bobs]) {
      assert.deepEqual((await one.getMembers()).map((m) => m.identity).sort(), [alice.identity, bob.identity].sort());
      assert.equal(await one.getMembersCount(), 2);
      assert.equal((await one.getMemberByIdentity(bob.identity)).type, 'chat');
    }
    const member = await channel.getMemberByIdentity(bob.identity);
    assert.equal((await channel.getMemberBySid(member.sid)).identity, bob.identity);
    assert.match(member.roleSid, /^RL[0-9a-f]{32}$/);
    assert.equal((await member.getUser()).identity, bob.identity);
    assert.equal((await member.getUserDescriptor()).identity, bob.identity);
    await (await bobs.getMemberByIdentity(bob.identity)).updateAttributes({ mood: 'good' });
    const update = await alice.sees('memberUpdated', (u) => u.member.identity === bob.identity && u.updateReasons.includes('attributes'));
    assert.deepEqual(update.member.attributes, { mood: 'good' });
    await channel.removeMember(bob.identity);
    await alice.sees('memberLeft', (m) => m.identity === bob.identity);
    await bob.sees('channelLeft', (c) => c.sid === channel.sid);
    await bob.sees('channelRemoved', (c) => c.sid === channel.sid);
    await refused(channel.removeMember(bob.identity), 404, 50432);
  });

  test('legacy_messages', async (t) => {
    const { alice, bob, channel, bobs } = await pair(t);
    assert.equal(await channel.sendMessage('hello', { a: 1 }), 0);
    const theirs = await bob.message(channel, 'hello');
    assert.equal(theirs.author, alice.identity);
    assert.equal(theirs.type, 'text');
    assert.deepEqual(theirs.attributes, { a: 1 });
    assert.equal((await theirs.getMember()).identity, alice.identity);
    const mine = await alice.message(channel, 'hello');
    await mine.updateBody('changed');
    await bob.sees('messageUpdated', (u) => u.message.sid === mine.sid && u.updateReasons.includes('body'));
    await mine.updateAttributes({ a: 2 });
    await bob.until(() => theirs.attributes.a === 2, 'the new attributes');
    assert.equal(theirs.body, 'changed');
    await bob.until(() => bobs.lastMessage?.index === 0, 'lastMessage');
    await refused(theirs.updateBody('not mine'), 403, 50107);
    await mine.remove();
    await bob.sees('messageRemoved', (m) => m.sid === mine.sid);
    assert.equal(await bobs.getMessagesCount(), 0);
    assert.equal(await bobs.sendMessage('Привет \u{1F600}'), 1);
    await alice.message(channel, 'Привет \u{1F600}');
  });

  test('legacy_history', async (t) => {
    const { alice, bob, channel } = await pair(t);
    for (const i of numbers(35)) await channel.sendMessage(String(i));
    await bob.receives(channel, 35);
    const again = await world.enterLegacy(t, 'again', { as: alice.identity });
    const cold = await again.joined(channel);
    const last = await cold.getMessages();
    assert.deepEqual(last.items.map((m) => m.index), numbers(30, 5));
    assert.deepEqual([last.hasPrevPage, last.hasNextPage], [true, false]);
    const first = await last.prevPage();
    assert.deepEqual(first.items.map((m) => m.index), numbers(5));
    assert.equal(first.hasPrevPage, false);
    assert.deepEqual((await everyPage(await cold.getMessages(7, 0, 'forward'))).map((m) => m.body), numbers(35).map(String));
    assert.deepEqual((await cold.getMessages(4, 12)).items.map((m) => m.index), [9, 10, 11, 12]);
  });

  test('legacy_invite_and_accept', async (t) => {
    const [alice, bob] = await people(t, 'alice', 'bob');
    const channel = await alice.channel({ isPrivate: true, friendlyName: 'secret garden' });
    await channel.sendMessage('before');
    await channel.invite(bob.identity);
    const invited = await bob.sees('channelInvited', (c) => c.sid === channel.sid);
    assert.equal(invited.status, 'invited');
    assert.equal(invited.friendlyName, 'secret garden');
    assert.equal(await channel.getMembersCount(), 1, 'not yet a member');
    const again = await world.enterLegacy(t, 'again', { as: bob.identity });
    assert.equal((await again.sees('channelInvited', (c) => c.sid === channel.sid)).status, 'invited');
    await invited.join();
    await bob.joined(channel);
    await alice.sees('memberJoined', (m) => m.identity === bob.identity);
    await again.joined(channel);
    assert.deepEqual((await invited.getMessages()).items.map((m) => m.body), ['before']);
    await invited.sendMessage('thanks');
    await alice.message(channel, 'thanks');
  });

  test('legacy_decline', async (t) => {
    const [alice, bob] = await people(t, 'alice', 'bob');
    const channel = await alice.channel({ isPrivate: true });
    await channel.invite(bob.identity);
    const invited = await bob.sees('channelInvited', (c) => c.sid === channel.sid);
    await invited.decline();
    await bob.sees('channelRemoved', (c) => c.sid === channel.sid);
    await refused(invited.join(), 403);
    await refused(bob.client.getChannelBySid(channel.sid), [403, 404]);
    assert.equal(await channel.getMembersCount(), 1);
    await channel.invite(bob.identity);
    await bob.until(() => bob.count('channelInvited', (c) => c.sid === channel.sid) === 2, 'a second invitation');
  });

  test('error_legacy_invite', async (t) => {
    const { alice, bob, channel } = await pair(t);
    await refused(channel.invite(bob.identity), 409);
    const [eve] = await people(t, 'eve');
    const open = await alice.channel(square());
    await refused((await eve.client.getChannelBySid(open.sid)).invite(fresh('carol')), 403);
    await channel.invite(eve.identity);
    const invited = await eve.sees('channelInvited', (c) => c.sid === channel.sid);
    await refused(invited.sendMessage('not yet'), 403, 50430);
  });

  test('legacy_consumption_horizon', async (t) => {
    const { alice, bob, channel, bobs } = await pair(t);
    for (const i of numbers(5)) await channel.sendMessage(String(i));
    await bob.receives(channel, 5);
    assert.equal(bobs.lastConsumedMessageIndex, null);
    assert.equal(await bobs.getUnconsumedMessagesCount(), null);
    assert.equal(await bobs.updateLastConsumedMessageIndex(1), 3);
    await alice.sees('memberUpdated', (u) => u.member.identity === bob.identity && u.member.lastConsumedMessageIndex === 1);
    await bob.until(() => bobs.lastConsumedMessageIndex === 1, 'the own horizon');
    assert.equal(await bobs.advanceLastConsumedMessageIndex(0), 3);
    assert.equal(await bobs.setAllMessagesConsumed(), 0);
    assert.equal(await bobs.getUnconsumedMessagesCount(), 0);
    const [descriptor] = (await bob.client.getUserChannelDescriptors()).items;
    assert.equal(descriptor.lastConsumedMessageIndex, 4);
    assert.equal(await bobs.setNoMessagesConsumed(), null);
    await bob.until(() => bobs.lastConsumedMessageIndex === null, 'the horizon to be reset');
  });

  test('legacy_typing', async (t) => {
    const { alice, bob, channel, bobs } = await pair(t);
    await bobs.typing();
    const member = await alice.sees('typingStarted', (m) => m.identity === bob.identity && m.channel.sid === channel.sid);
    assert.equal(member.isTyping, true);
    await bobs.sendMessage('typed');
    await alice.sees('typingEnded', (m) => m.identity === bob.identity);
  });

  test('legacy_media', async (t) => {
    const { alice, bob, channel } = await pair(t);
    const media = randomBytes(20_000);
    assert.equal(await channel.sendMessage({ contentType: 'image/png', media }, { alt: 'picture' }), 0);
    for (const device of [alice, bob]) {
      const [message] = await device.receives(channel, 1);
      assert.equal(message.type, 'media');
      assert.equal(message.media.contentType, 'image/png');
      assert.equal(message.media.size, media.length);
      assert.deepEqual(message.attributes, { alt: 'picture' });
      assert.ok((await contentOf(message.media)).equals(media));
    }
  });

  test('legacy_users', async (t) => {
    const { alice, bob, channel } = await pair(t);
    const user = await alice.client.getUser(bob.identity);
    assert.equal(user.friendlyName, bob.identity);
    await bob.client.user.updateFriendlyName('Bob');
    await alice.until(() => user.friendlyName === 'Bob', 'the new name');
    assert.ok(alice.count('userUpdated', (u) => u.user.identity === bob.identity && u.updateReasons.includes('friendlyName')) > 0);
    const descriptor = await alice.client.getUserDescriptor(bob.identity);
    assert.equal(descriptor.friendlyName, 'Bob');
    assert.equal(descriptor.online, true);
    assert.equal(descriptor.notifiable, false);
    const page = await channel.getUserDescriptors();
    assert.deepEqual(page.items.map((d) => d.identity).sort(), [alice.identity, bob.identity].sort());
    assert.deepEqual([page.hasPrevPage, page.hasNextPage], [false, false]);
    await refused(alice.client.getUserDescriptor(fresh('nobody')), 404, 50200);
    await bob.client.shutdown();
    await alice.until(() => user.online === false, 'bob to be offline');
  });

  for (const identity of ['bob smith', 'Боб', 'bob+tag@example.com', 'a;b:c', '🧑‍🚀']) {
    test(`legacy_identities: ${identity}`, async (t) => {
      const [alice] = await people(t, 'alice');
      const bob = await world.enterLegacy(t, 'bob', { as: fresh(identity) });
      const channel = await alice.channel({ isPrivate: true });
      await alice.add(channel, bob);
      assert.equal((await alice.client.getUserDescriptor(bob.identity)).identity, bob.identity);
      await channel.removeMember(bob.identity);
      await bob.sees('channelRemoved');
      await channel.invite(bob.identity);
      await (await bob.sees('channelInvited')).decline();
      await bob.until(() => bob.count('channelRemoved') === 2, 'the declined channel to go');
    });
  }

  test('legacy_update', async (t) => {
    const { alice, bob, channel, bobs } = await pair(t);
    const uniqueName = fresh('renamed');
    await channel.updateFriendlyName('Имя');
    await channel.updateUniqueName(uniqueName);
    await channel.updateAttributes({ a: [1] });
    await bob.until(() => bobs.friendlyName === 'Имя' && bobs.uniqueName === uniqueName && bobs.attributes.a?.[0] === 1, 'all three');
    await bobs.setUserNotificationLevel('muted');
    await bob.until(() => bobs.notificationLevel === 'muted', 'muted');
    assert.equal(channel.notificationLevel, 'default');
    const [descriptor] = (await bob.client.getUserChannelDescriptors()).items;
    assert.deepEqual([descriptor.sid, descriptor.friendlyName, descriptor.status], [channel.sid, 'Имя', 'joined']);
    await refused((await alice.client.createChannel(square())).updateUniqueName(uniqueName), 409, 50353);
  });

  test('legacy_delete', async (t) => {
    const { alice, bob, channel, bobs } = await pair(t);
    await refused(bobs.delete(), 403, 50107);
    await channel.delete();
    for (const device of [alice, bob]) await device.sees('channelRemoved', (c) => c.sid === channel.sid);
    await refused(bob.client.getChannelBySid(channel.sid), 404, 50350);
    const open = await alice.channel(square());
    const seen = await bob.client.getChannelBySid(open.sid);
    await open.delete();
    await bob.sees('channelRemoved', (c) => c.sid === seen.sid);
  });

  test('legacy_push_registration', async (t) => {
    const [alice, bob] = await people(t, 'alice', 'bob');
    const user = await alice.client.getUser(bob.identity);
    await bob.client.setPushRegistrationId('fcm', `device of ${bob.identity}`);
    await alice.until(() => user.notifiable, 'bob to be notifiable');
    await bob.client.unsetPushRegistrationId('fcm');
    await alice.until(() => !user.notifiable, 'bob not to be notifiable');
  });

  test('legacy_reconnect', async (t) => {
    const relay = await Relay.start(t, world.chatAddress);
    const [alice, bob] = [await world.enterLegacy(t, 'alice'), await world.enterLegacy(t, 'bob', { url: relay.url })];
    const channel = await alice.channel({ isPrivate: true });
    await alice.add(channel, bob);
    await channel.sendMessage('kept');
    await bob.message(channel, 'kept');
    const mark = bob.mark();
    relay.cut();
    await bob.reports('connecting', { since: mark });
    for (const body of ['one', 'two']) await channel.sendMessage(body);
    await channel.updateFriendlyName('renamed');
    relay.mend();
    await bob.message(channel, 'two');
    await bob.barrier();
    assert.deepEqual(bob.bodies(channel), ['kept', 'one', 'two']);
    assert.equal((await bob.joined(channel)).friendlyName, 'renamed');
  });

  test('legacy_and_new_on_the_same_data', async (t) => {
    const [old] = await people(t, 'old');
    const modern = await world.enter(t, 'modern');
    const uniqueName = fresh('shared');
    const channel = await old.channel(square({ uniqueName, friendlyName: 'shared' }));
    const found = await modern.client.getConversationByUniqueName(uniqueName);
    assert.equal(found.sid, channel.sid);
    await found.join();
    const room = await modern.joined(channel);
    await room.getParticipants();
    await old.sees('memberJoined', (m) => m.identity === modern.identity);

    await channel.sendMessage('from the old one', { a: 1 });
    const seen = await modern.message(room, 'from the old one');
    assert.deepEqual([seen.author, seen.index, seen.attributes.a], [old.identity, 0, 1]);
    await room.sendMessage('from the new one');
    assert.equal((await old.message(channel, 'from the new one')).author, modern.identity);
    await channel.sendMessage({ contentType: 'image/png', media: Buffer.from('old picture') });
    await room.prepareMessage().addMedia({ contentType: 'image/png', media: Buffer.from('new picture') }).buildAndSend();
    const [, , one, two] = await modern.receives(room, 4);
    assert.equal(String(await contentOf(one.attachedMedia[0])), 'old picture');
    const [, , , theirs] = await old.receives(channel, 4);
    assert.equal(theirs.type, 'media');
    assert.equal(String(await contentOf(theirs.media)), 'new picture');
    assert.equal(two.sid, theirs.sid);

    await room.updateLastReadMessageIndex(2);
    await old.sees('memberUpdated', (u) => u.member.identity === modern.identity && u.member.lastConsumedMessageIndex === 2);
    await channel.updateLastConsumedMessageIndex(1);
    await modern.sees('participantUpdated', (u) => u.participant.identity === old.identity && u.participant.lastReadMessageIndex === 1);
    await room.typing();
    await old.sees('typingStarted', (m) => m.identity === modern.identity);
    await seen.conversation.leave();
    await old.sees('memberLeft', (m) => m.identity === modern.identity);
  });

  test('legacy_sees_what_the_new_one_made', async (t) => {
    const [old] = await people(t, 'old');
    const modern = await world.enter(t, 'modern');
    const room = await modern.room({ friendlyName: 'made by the new one', uniqueName: fresh('new') });
    await room.sendMessage('welcome');
    await room.add(old.identity);
    const channel = await old.joined(room);
    assert.equal(channel.friendlyName, 'made by the new one');
    assert.equal(channel.isPrivate, true, 'public is only what was asked to be');
    assert.equal(channel.type, 'private');
    assert.deepEqual((await channel.getMessages()).items.map((m) => m.body), ['welcome']);
    assert.equal((await old.client.getChannelByUniqueName(room.uniqueName)).sid, room.sid);
    await room.delete();
    await old.sees('channelRemoved', (c) => c.sid === room.sid);
  });

  test('legacy_invitation_and_the_new_client', async (t) => {
    const [old] = await people(t, 'old');
    const modern = await world.enter(t, 'modern');
    const channel = await old.channel({ isPrivate: true });
    await channel.invite(modern.identity);
    await modern.barrier();
    assert.equal(modern.count('conversationJoined'), 0, 'an invitation is not a membership');
    const again = await world.enter(t, 'again', { as: modern.identity });
    assert.equal(again.count('conversationJoined'), 0);
    await channel.add(modern.identity);
    const room = await modern.joined(channel);
    await room.sendMessage('in');
    await old.message(channel, 'in');
  });

  test('legacy_two_devices', async (t) => {
    const [phone] = await people(t, 'phone');
    const desk = await world.enterLegacy(t, 'desk', { as: phone.identity });
    const channel = await phone.channel({ isPrivate: true });
    const other = await desk.joined(channel);
    await other.getMembers();
    await channel.sendMessage('hello');
    await desk.message(channel, 'hello');
    await other.setAllMessagesConsumed();
    await phone.until(() => channel.lastConsumedMessageIndex === 0, 'the horizon of the desk');
    await other.leave();
    await phone.sees('channelLeft', (c) => c.sid === channel.sid);
  });
});
