// The service stops or dies and comes back on the same file.
import assert from 'node:assert/strict';
import { everyPage, numbers } from '../support/expect.mjs';
import { cases, versions } from '../support/world.mjs';

// One case at a time: each of them restarts the service of the group.
const SENDERS = 8;

cases('restart', { concurrency: 1, database: 'chat.db', versions }, (world, test) => {
  const pair = async (t) => {
    const [alice, bob] = await Promise.all([world.enter(t, 'alice'), world.enter(t, 'bob')]);
    return [alice, bob];
  };
  const backAgain = (device, mark) => device.reports('connected', { since: mark, ms: 20_000 });

  test('restart_keeps_everything', async (t) => {
    const [alice, bob] = await pair(t);
    const options = { friendlyName: 'Дом', uniqueName: `home-${alice.identity}`, attributes: { a: [1, 'ü'] } };
    const room = await alice.room(options, bob);
    const bobs = await bob.joined(room);
    for (const i of numbers(5)) await room.sendMessage(`m${i}`, { i });
    const sent = await bob.receives(room, 5);
    await (await alice.receives(room, 5))[1].remove();
    await alice.messages(room)[2].updateBody('m2 changed');
    await bobs.updateLastReadMessageIndex(3);
    await bobs.setUserNotificationLevel('muted');
    await bob.client.user.updateFriendlyName('Bob');
    await bob.barrier();
    const roster = (await room.getParticipants()).map((p) => [p.sid, p.identity]).sort();

    await world.chatService.stop();
    await world.startChat();

    const again = await world.enter(t, 'again', { as: bob.identity });
    assert.equal(again.client.user.friendlyName, 'Bob');
    const found = await again.client.getConversationByUniqueName(options.uniqueName);
    assert.equal(found.sid, room.sid);
    assert.equal(found.friendlyName, options.friendlyName);
    assert.deepEqual(found.attributes, options.attributes);
    assert.equal(found.createdBy, alice.identity);
    assert.equal(+found.dateCreated, +room.dateCreated);
    assert.equal(found.notificationLevel, 'muted');
    assert.equal(found.lastReadMessageIndex, 3);
    assert.equal(await found.getUnreadMessagesCount(), 1);
    assert.deepEqual((await found.getParticipants()).map((p) => [p.sid, p.identity]).sort(), roster);
    const kept = (await found.getMessages()).items;
    assert.deepEqual(kept.map((m) => m.body), ['m0', 'm2 changed', 'm3', 'm4']);
    assert.deepEqual(kept.map((m) => m.sid), [0, 2, 3, 4].map((i) => sent[i].sid));
    assert.deepEqual(kept.map((m) => m.attributes.i), [0, 2, 3, 4]);
    assert.equal(await found.sendMessage('m5'), 5, 'indexes go on');
  });

  test('restart_under_connected_clients', async (t) => {
    const [alice, bob] = await pair(t);
    const room = await alice.room({}, bob);
    await room.sendMessage('before');
    await bob.message(room, 'before');
    const marks = [alice.mark(), bob.mark()];
    await world.chatService.stop();
    await world.startChat();
    await Promise.all([backAgain(alice, marks[0]), backAgain(bob, marks[1])]);
    await room.sendMessage('after');
    await room.updateFriendlyName('after');
    await bob.message(room, 'after');
    const bobs = await bob.joined(room);
    await bob.until(() => bobs.friendlyName === 'after', 'an event of the document: its ids must have grown on');
    await bob.barrier();
    assert.deepEqual(bob.bodies(room), ['before', 'after']);
    assert.equal(bob.count('conversationLeft'), 0);
    assert.equal(bob.count('conversationJoined'), 1);
  });

  test('kill_during_sends_loses_nothing_acknowledged', async (t) => {
    const [alice, bob] = await pair(t);
    const room = await alice.room({}, bob);
    const acknowledged = new Map();
    let next = 0;
    let dead = false;
    const sender = async () => {
      while (!dead) {
        const body = `message ${next++}`;
        try {
          acknowledged.set(body, await room.sendMessage(body));
        } catch {
          return; // its fate is unknown: it may be there once or not at all
        }
      }
    };
    const senders = numbers(SENDERS).map(sender);
    await bob.receives(room, 40 + SENDERS); // of which each sender may still wait for one answer
    const marks = [alice.mark(), bob.mark()];
    await world.chatService.kill();
    dead = true;
    await world.startChat();
    await Promise.all(senders);
    await Promise.all([backAgain(alice, marks[0]), backAgain(bob, marks[1])]);

    const last = await room.sendMessage('the last');
    await bob.message(room, 'the last');
    await bob.barrier();
    const reader = await world.enter(t, 'reader', { as: bob.identity });
    const stored = await everyPage(await (await reader.joined(room)).getMessages(100, 0, 'forward'));
    assert.deepEqual(stored.map((m) => m.index), numbers(last + 1), 'contiguous');
    const bodies = stored.map((m) => m.body);
    assert.equal(new Set(bodies).size, bodies.length, 'none is there twice');
    for (const [body, index] of acknowledged) assert.equal(bodies[index], body, `acknowledged at ${index}`);
    assert.ok(acknowledged.size >= 40, `only ${acknowledged.size} acknowledged`);
    assert.deepEqual(bob.bodies(room), bodies, 'the one who listened saw the same, each once, in order');
  });
});
