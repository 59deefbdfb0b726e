// Lost connections, and one person on two devices.
import assert from 'node:assert/strict';
import { numbers } from '../../official_js/support/expect.mjs';
import { Relay } from '../../official_js/support/relay.mjs';
import { cases } from '../support/older_world.mjs';

cases('lost', (cast, test) => {
  /** Bob sits behind a relay; both are in a room, in which something was said. */
  const apart = async (t) => {
    const relay = await Relay.start(t, cast.world.chatAddress);
    const scene = { relay, ...(await cast.pair(t, {}, { bobsUrl: relay.url })) };
    await scene.room.sendMessage('kept');
    await scene.bob.message(scene.room, 'kept');
    return scene;
  };
  const cut = async ({ relay, bob }) => {
    const mark = bob.mark();
    relay.cut();
    await bob.reports('connecting', { since: mark });
    return bob.mark();
  };
  const mend = async ({ relay, bob }, since) => {
    relay.mend();
    await bob.reports('connected', { since, ms: 20_000 });
  };

  test('reconnect', async (t) => {
    const scene = await apart(t);
    const { alice, bob, room, bobs } = scene;
    await room.sendMessage('goes');
    const goes = await alice.message(room, 'goes');
    await bob.message(room, 'goes');
    const mark = await cut(scene);
    for (const i of numbers(3)) await room.sendMessage(`missed ${i}`);
    await goes.remove();
    await room.updateFriendlyName('renamed');
    await mend(scene, mark);
    await bob.message(room, 'missed 2');
    await bob.until(() => bobs.friendlyName === 'renamed', 'the new name');
    await bob.sees('messageRemoved', (m) => m.sid === goes.sid);
    await bob.barrier();
    assert.deepEqual(bob.bodies(room), ['kept', 'goes', ...numbers(3).map((i) => `missed ${i}`)]);
    await bobs.sendMessage('back');
    await alice.message(room, 'back');
    await room.sendMessage('welcome');
    await bob.message(room, 'welcome');
    await bobs.typing();
    await alice.sees('typingStarted', (p) => p.identity === bob.identity);
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
    assert.deepEqual(bob.bodies(room), ['kept']);
  });

  test('reconnect_missed_invitation', async (t) => {
    const scene = await apart(t);
    const { alice, bob } = scene;
    const other = await alice.room({ friendlyName: 'other' });
    const mark = await cut(scene);
    await other.add(bob.identity);
    await other.sendMessage('before you came');
    await mend(scene, mark);
    const theirs = await bob.joined(other);
    await theirs.getParticipants();
    assert.deepEqual((await theirs.getMessages()).items.map((m) => m.body), ['before you came']);
    await other.sendMessage('welcome');
    await bob.message(other, 'welcome');
  });

  test('offline_send', async (t) => {
    const scene = await apart(t);
    const { alice, bob, room, bobs } = scene;
    const mark = await cut(scene);
    const sent = bobs.sendMessage('written offline').then((index) => ({ index }), (error) => ({ error }));
    await room.sendMessage('meanwhile');
    await mend(scene, mark);
    const { index, error } = await sent;
    // What a client does without a connection is its own: older ones refuse, the others wait. Both must tell the truth.
    if (error) assert.match(error.message, /disconnected|connect|add command/i);
    else assert.equal((await alice.message(room, 'written offline')).index, index);
    await bobs.sendMessage('written online');
    await alice.message(room, 'written online');
    await bob.message(room, 'written online');
    for (const device of [alice, bob]) await device.barrier();
    const expected = ['kept', 'meanwhile', ...(error ? [] : ['written offline']), 'written online'];
    assert.deepEqual(alice.bodies(room), expected);
    assert.deepEqual(bob.bodies(room), expected);
  });

  test('flapping', async (t) => {
    const scene = await apart(t);
    const { bob, room, relay } = scene;
    for (const round of numbers(3)) {
      const mark = bob.mark();
      relay.flap();
      await bob.reports('connecting', { since: mark });
      await room.sendMessage(`round ${round}`);
      await bob.reports('connected', { since: mark, ms: 20_000 });
      await bob.message(room, `round ${round}`, { ms: 20_000 });
    }
    await bob.barrier();
    assert.deepEqual(bob.bodies(room), ['kept', ...numbers(3).map((i) => `round ${i}`)]);
  });

  test('two_devices', async (t) => {
    const phone = await cast.enter(t, 'phone');
    const desk = await cast.enter(t, 'desk', { as: phone.identity });
    const room = await phone.room();
    const other = await desk.joined(room);
    await other.getParticipants();
    await room.sendMessage('hello');
    for (const device of [phone, desk]) await device.message(room, 'hello');
    await other.setAllMessagesRead();
    await phone.until(() => room.lastReadMessageIndex === 0, 'the horizon of the desk');
    await other.setUserNotificationLevel('muted');
    await phone.until(() => room.notificationLevel === 'muted', 'the level of the desk');
    await other.leave();
    for (const device of [phone, desk]) await device.sees('conversationLeft', (c) => c.sid === room.sid);
  });
});
