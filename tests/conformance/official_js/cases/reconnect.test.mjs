// Lost connections: what was missed is replayed, exactly once, in order.
import assert from 'node:assert/strict';
import { eventually } from '../support/deadline.mjs';
import { everyPage, numbers, refused } from '../support/expect.mjs';
import { Relay } from '../support/relay.mjs';
import { cases, fresh, versions } from '../support/world.mjs';

cases('reconnect', { concurrency: 6, versions }, (world, test) => {
  /** Bob sits behind a relay; both are in a room. */
  const apart = async (t) => {
    const relay = await Relay.start(t, world.chatAddress);
    const [alice, bob] = await Promise.all([world.enter(t, 'alice'), world.enter(t, 'bob', { url: relay.url })]);
    const room = await alice.room({}, bob);
    return { relay, alice, bob, room, bobs: await bob.joined(room) };
  };
  const cut = async ({ relay, bob }) => {
    const mark = bob.mark();
    relay.cut();
    await bob.reports('connecting', { since: mark });
    return bob.mark();
  };
  const mend = async ({ relay, bob }, mark) => {
    relay.mend();
    await bob.reports('connected', { since: mark, ms: 20_000 });
  };

  test('reconnect_replays_missed_events', async (t) => {
    const scene = await apart(t);
    const { alice, bob, room, bobs } = scene;
    const carol = await world.enter(t, 'carol');
    for (const body of ['kept', 'changed', 'removed']) await room.sendMessage(body);
    await bob.receives(room, 3);
    const [, changed, removed] = await alice.receives(room, 3);

    const mark = await cut(scene);
    await changed.updateBody('changed while away');
    await removed.remove();
    for (const body of ['missed 1', 'missed 2', 'missed 3']) await room.sendMessage(body);
    await room.updateFriendlyName('renamed');
    await alice.add(room, carol);
    await room.updateLastReadMessageIndex(4);
    const brief = await alice.room();
    await brief.sendMessage('not for bob');
    await mend(scene, mark);

    await bob.message(room, 'missed 3');
    await bob.sees('messageUpdated', (u) => u.message.body === 'changed while away', { since: mark });
    await bob.sees('messageRemoved', (m) => m.body === 'removed', { since: mark });
    await bob.sees('conversationUpdated', (u) => u.updateReasons.includes('friendlyName'), { since: mark });
    await bob.sees('participantJoined', (p) => p.identity === carol.identity, { since: mark });
    await bob.sees('participantUpdated', (u) => u.participant.lastReadMessageIndex === 4, { since: mark });
    await bob.barrier();
    assert.deepEqual(bob.bodies(room), ['kept', 'changed while away', 'removed', 'missed 1', 'missed 2', 'missed 3']);
    assert.deepEqual(bob.messages(room).map((m) => m.index), numbers(6));
    assert.equal(bobs.friendlyName, 'renamed');
    assert.equal(bobs.lastMessage.index, 5);
    assert.equal(bob.count('messageRemoved'), 1);
    assert.equal(bob.count('conversationJoined'), 1);
    assert.equal(bob.count('conversationLeft'), 0);
    assert.deepEqual((await bobs.getMessages()).items.map((m) => m.index), [0, 1, 3, 4, 5]);
  });

  test('reconnect_before_subscribed', async (t) => {
    const relay = await Relay.start(t, world.chatAddress);
    const [alice, bob] = [await world.enter(t, 'alice'), fresh('bob')];
    const room = await alice.room();
    await room.add(bob);
    await room.sendMessage('early');
    await alice.message(room, 'early');

    const device = await world.appear(t, 'bob', { as: bob, url: relay.url });
    const joined = await device.joined(room);
    await joined.getParticipants(); // every object is read; the client asks for subscriptions 100 ms later
    const mark = device.mark();
    relay.cut();
    await device.reports('connecting', { since: mark });
    await room.sendMessage('late');
    const [early] = alice.messages(room);
    await early.remove();
    await room.sendMessage('later');
    await mend({ relay, bob: device }, mark);
    await device.message(room, 'later');
    await device.barrier();
    assert.deepEqual((await joined.getMessages()).items.map((m) => m.body), ['late', 'later']);
    assert.equal(device.count('messageAdded', (m) => m.body === 'late'), 1);
  });

  test('reconnect_missed_removal', async (t) => {
    const scene = await apart(t);
    const { bob, room } = scene;
    const mark = await cut(scene);
    await room.removeParticipant(bob.identity);
    await room.sendMessage('secret');
    await mend(scene, mark);
    await bob.sees('conversationLeft', (c) => c.sid === room.sid);
    await bob.sees('conversationRemoved', (c) => c.sid === room.sid);
    await bob.barrier();
    assert.equal(bob.count('messageAdded'), 0, 'what was said after the removal is not for bob');
    await refused(bob.client.peekConversationBySid(room.sid), 403, 50430);
  });

  test('reconnect_missed_removal_and_return', async (t) => {
    const scene = await apart(t);
    const { bob, room, bobs } = scene;
    const mark = await cut(scene);
    await room.removeParticipant(bob.identity);
    await room.add(bob.identity);
    await room.sendMessage('welcome back');
    await mend(scene, mark);
    await bob.message(room, 'welcome back');
    await bob.barrier();
    assert.equal(bobs.status, 'joined');
    const mine = await everyPage(await bob.client.getSubscribedConversations());
    assert.deepEqual(mine.map((c) => c.sid), [room.sid]);
    await bobs.sendMessage('thanks');
    await scene.alice.message(room, 'thanks');
  });

  test('reconnect_missed_deletion', async (t) => {
    const scene = await apart(t);
    const { bob, room } = scene;
    const mark = await cut(scene);
    await room.delete();
    await mend(scene, mark);
    await bob.sees('conversationLeft', (c) => c.sid === room.sid);
    await bob.sees('conversationRemoved', (c) => c.sid === room.sid);
    await bob.barrier();
    assert.deepEqual(await everyPage(await bob.client.getSubscribedConversations()), []);
  });

  test('reconnect_missed_invitation', async (t) => {
    const scene = await apart(t);
    const { alice, bob } = scene;
    const mark = await cut(scene);
    const news = await alice.room({ friendlyName: 'news' });
    await news.add(bob.identity);
    await news.sendMessage('come in');
    await mend(scene, mark);
    const found = await bob.joined(news);
    assert.equal(found.friendlyName, 'news');
    assert.deepEqual((await found.getMessages()).items.map((m) => m.body), ['come in']);
    assert.equal(bob.count('conversationJoined', (c) => c.sid === news.sid), 1);
  });

  test('reconnect_missed_horizon_of_the_other_device', async (t) => {
    const scene = await apart(t);
    const { bob, room, bobs } = scene;
    await room.sendMessage('read me');
    await bob.receives(room, 1);
    const desk = await world.enter(t, 'desk', { as: bob.identity });
    const mark = await cut(scene);
    await (await desk.joined(room)).setAllMessagesRead();
    await mend(scene, mark);
    await bob.until(() => bobs.lastReadMessageIndex === 0, 'the horizon of the desk');
    assert.equal(await bobs.getUnreadMessagesCount(), 0);
  });

  test('reconnect_flapping', async (t) => {
    const { relay, alice, bob, room } = await apart(t);
    const COUNT = 60;
    const FLAPS = 4;
    let sent = 0;
    let flaps = 0;
    while (sent < COUNT || flaps < FLAPS) {
      if (bob.client.connectionState === 'connected' && flaps < FLAPS) {
        const mark = bob.mark();
        flaps += 1;
        // Half of the cuts hit the moment right after the reconnect, while the replay is on its way.
        if (flaps % 2) await bob.receives(room, sent);
        relay.flap();
        await bob.reports('connecting', { since: mark });
      }
      if (sent < COUNT) await room.sendMessage(String(sent++));
      else await bob.reports('connected', { since: bob.mark(), ms: 20_000 });
    }
    await bob.receives(room, COUNT, 20_000);
    await bob.barrier();
    assert.deepEqual(bob.bodies(room), numbers(COUNT).map(String), 'each once, in order');
    assert.ok(relay.accepted > FLAPS, 'it was really cut');
    assert.equal(alice.messages(room).length, COUNT);
  });

  test('reconnect_sends_queued_requests', async (t) => {
    const scene = await apart(t);
    const { alice, bob, room, bobs } = scene;
    const mark = await cut(scene);
    const sends = ['one', 'two', 'three'].map((body) => bobs.sendMessage(body));
    const created = bob.client.createConversation({ friendlyName: 'made offline' });
    await mend(scene, mark);
    assert.deepEqual(await Promise.all(sends), [0, 1, 2]);
    assert.equal((await created).friendlyName, 'made offline');
    await alice.receives(room, 3);
    await alice.barrier();
    assert.deepEqual(alice.bodies(room), ['one', 'two', 'three']);
    assert.deepEqual(await bob.receives(room, 3).then(() => bob.bodies(room)), ['one', 'two', 'three']);
  });

  test('reconnect_keeps_the_token_and_the_user', async (t) => {
    const scene = await apart(t);
    const { bob } = scene;
    await bob.client.user.updateFriendlyName('Bob');
    const mark = await cut(scene);
    await mend(scene, mark);
    await bob.barrier();
    assert.equal(bob.client.user.friendlyName, 'Bob');
    assert.equal(bob.count('initialized'), 1);
    assert.equal(bob.count('tokenExpired'), 0);
    assert.equal(scene.relay.accepted, 2);
  });

  test('reconnect_typing_and_reachability_go_on', async (t) => {
    const scene = await apart(t);
    const { alice, bob, room } = scene;
    const mark = await cut(scene);
    await mend(scene, mark);
    await bob.barrier();
    await room.typing();
    await bob.sees('typingStarted', (p) => p.identity === alice.identity, { since: mark });
    if (!alice.client.reachabilityEnabled) return;
    const user = await alice.client.getUser(bob.identity);
    await eventually('bob to be online', () => user.isOnline);
  });
});
