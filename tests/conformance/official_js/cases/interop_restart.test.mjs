// The service is killed between the C++ SDK and the official client, and comes back on the same file.
import assert from 'node:assert/strict';
import { stretched } from '../support/deadline.mjs';
import { everyPage, numbers } from '../support/expect.mjs';
import { casesWithPeers } from '../support/peer.mjs';
import { Relay } from '../support/relay.mjs';
import { fresh } from '../support/world.mjs';

// One case at a time: each of them restarts the service of the group.
casesWithPeers('interop: restart', { concurrency: 1, database: 'chat.db' }, (world, test, peer) => {
  /** A C++ client with a cache, on a cable, in a room of an official client. */
  const pair = async (t) => {
    const cable = await Relay.start(t, world.chatAddress);
    const cache = world.place.file(fresh('cache'));
    const [cpp, js] = await Promise.all([peer(t, 'cpp', { url: cable.url, retry: 20, cache }), world.enter(t, 'js')]);
    const room = await js.room({ uniqueName: fresh('room') });
    await cpp.comesTo(room);
    return { cable, cpp, js, room, name: room.uniqueName };
  };
  const killService = async (js) => {
    const mark = js.mark();
    await world.chatService.kill();
    await world.startChat();
    await js.reports('connected', { since: mark, ms: 20_000 });
  };
  const bodies = (messages) => messages.map((m) => m.body);

  test('interop_service_is_killed_amid_messages', async (t) => {
    const { cpp, js, room, name } = await pair(t);
    const texts = numbers(300).map(String);
    await Promise.all(texts.map((text) => cpp.starts('send', name, text)));
    await js.receives(room, 20);
    await killService(js);
    const end = await cpp.sees((e) => e.event === 'connection' && e.state === 'waiting', 'the end of the service');
    const before = cpp.events.slice(0, cpp.events.indexOf(end)).filter((e) => e.event === 'sent');
    assert.ok(before.length < texts.length, 'something was left to be sent');
    await cpp.obeys('flush', stretched(20_000));
    const reader = await world.enter(t, 'reader', { as: js.identity });
    const cold = await reader.client.getConversationBySid(room.sid);
    assert.deepEqual(bodies(await everyPage(await cold.getMessages(100, 0, 'forward'))), texts);
    await js.receives(room, texts.length);
    await js.barrier();
    assert.deepEqual(js.bodies(room), texts);
    await cpp.until(() => cpp.messages(room).length >= texts.length, 'the own messages');
    assert.deepEqual(cpp.bodies(room), texts);
  });

  test('interop_changes_before_the_service_is_killed', async (t) => {
    const { cable, cpp, js, room, name } = await pair(t);
    for (const i of numbers(5)) await room.sendMessage(String(i));
    await cpp.message('4');
    assert.deepEqual(bodies((await cpp.obeys('page', name, 10)).messages), numbers(5).map(String));
    cable.cut();
    const [, one, two] = await js.receives(room, 5);
    await one.updateBody('one');
    await two.remove();
    await room.sendMessage('missed');
    await killService(js);
    cable.mend();
    await cpp.message('missed', 20_000);
    const page = await cpp.obeys('page', name, 10);
    assert.deepEqual([page.current, ...bodies(page.messages)], [true, '0', 'one', '3', '4', 'missed']);
    await room.sendMessage('end');
    await cpp.message('end');
    assert.deepEqual(cpp.messages(room).map((e) => e.index), numbers(7), 'each message once');
  });
});
