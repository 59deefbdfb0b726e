// What the C++ SDK knows of the past while the official client writes, edits, removes and reads.
import assert from 'node:assert/strict';
import { everyPage, numbers } from '../support/expect.mjs';
import { casesWithPeers } from '../support/peer.mjs';
import { Relay } from '../support/relay.mjs';
import { fresh } from '../support/world.mjs';

const texts = (messages) => messages.map((m) => m.body);
const indexes = (messages) => messages.map((m) => m.index);

/** All messages the C++ client finds when it goes on from one page to the next, `step` being "older" or "newer". */
const everyPageOf = async (cpp, name, size, step) => {
  const pages = [await cpp.obeys('page', name, size, step === 'newer' ? 'forwards' : 'backwards')];
  while (pages.at(-1)[step]) pages.push(await cpp.obeys(step, name));
  assert.ok(pages.every((page) => page.messages.length <= size && page.current));
  return (step === 'newer' ? pages : pages.reverse()).flatMap((page) => page.messages);
};

casesWithPeers('interop: history', {}, (world, test, peer) => {
  /** A C++ client in a room of an official client, who has written `count` messages "0", "1", ... before. */
  const archive = async (t, count = 0, options = {}) => {
    const [cpp, js] = await Promise.all([peer(t, 'cpp', options), world.enter(t, 'js')]);
    const room = await js.room({ uniqueName: fresh('archive') });
    for (const i of numbers(count)) await room.sendMessage(String(i));
    const sent = [...(await js.receives(room, count))];
    await cpp.comesTo(room);
    return { cpp, js, room, name: room.uniqueName, sent };
  };
  /** The same with a cable, which is to be cut. */
  const acrossACable = async (t, options) => {
    const cable = await Relay.start(t, world.chatAddress);
    return { cable, ...(await archive(t, 0, { url: cable.url, retry: 20, ...options })) };
  };
  /** All that was told before `text`, which is sent now, has been told when this returns. */
  const hears = async (cpp, room, text) => {
    await room.sendMessage(text);
    await cpp.message(text);
  };

  test('interop_pages_of_js_with_holes', async (t) => {
    const { cpp, js, name, sent } = await archive(t, 60);
    const removed = [0, 7, 8, 9, 10, 11, 12, 30, 59];
    for (const index of removed) await sent[index].remove();
    const left = numbers(60).filter((index) => !removed.includes(index));
    for (const size of [3, 7, 100]) {
      for (const step of ['older', 'newer']) {
        const found = await everyPageOf(cpp, name, size, step);
        assert.deepEqual(indexes(found), left, `${step}, ${size} at a time`);
        assert.deepEqual(texts(found), left.map(String));
        assert.ok(found.every((m) => m.author === js.identity));
      }
    }
  });

  test('interop_pages_say_what_adjoins', async (t) => {
    const { cpp, name, sent } = await archive(t, 6);
    await sent[3].remove();
    for (const [query, bodies, older, newer] of [
      ['2', ['4', '5'], true, false],
      ['2 backwards at 3', ['1', '2'], true, true],
      ['2 backwards beyond 4', ['1', '2'], true, true],
      ['9 backwards at 0', ['0'], false, true],
      ['2 forwards', ['0', '1'], false, true],
      ['2 forwards at 3', ['4', '5'], true, false],
      ['2 forwards beyond 2', ['4', '5'], true, false],
      ['2 forwards beyond 5', [], true, false],
    ]) {
      const page = await cpp.obeys('page', name, query);
      assert.deepEqual([texts(page.messages), page.older, page.newer], [bodies, older, newer], query);
    }
  });

  test('interop_pages_of_cpp_read_by_js', async (t) => {
    const { cpp, js, room, name } = await archive(t);
    for (const i of numbers(20)) await (i % 3 === 0 ? room.sendMessage(String(i)) : cpp.obeys('send', name, i));
    const sent = await js.receives(room, 20);
    for (const index of [0, 6, 9]) await sent[index].remove();
    const left = numbers(20).filter((index) => ![0, 6, 9].includes(index));
    const reader = await world.enter(t, 'reader', { as: js.identity });
    const cold = await reader.client.getConversationBySid(room.sid);
    const found = await everyPage(await cold.getMessages(4, 0, 'forward'));
    assert.deepEqual(indexes(found), left);
    assert.deepEqual(found.map((m) => m.author), left.map((i) => (i % 3 === 0 ? js : cpp).identity));
    assert.deepEqual(indexes(await everyPageOf(cpp, name, 4, 'older')), left, 'the same for both');
  });

  test('interop_edits_and_removals_are_told_once', async (t) => {
    const { cpp, js, room, name } = await archive(t);
    for (const i of numbers(4)) await room.sendMessage(String(i));
    const [, one, two] = await js.receives(room, 4);
    await cpp.message('3');
    await one.updateBody('one');
    await one.updateAttributes({ edited: true });
    await two.remove();
    await hears(cpp, room, 'end');
    const updated = cpp.all('updated', room);
    assert.deepEqual(updated.map((e) => [e.index, e.body, e.attributes]), [[1, 'one', '{}'], [1, 'one', '{"edited":true}']]);
    assert.deepEqual(indexes(cpp.all('removed', room)), [2]);
    assert.deepEqual(cpp.bodies(room), ['0', '1', '2', '3', 'end']);
    assert.deepEqual(texts((await cpp.obeys('page', name, 10)).messages), ['0', 'one', '3', 'end']);
  });

  const missesChanges = async (t, options) => {
    const { cable, cpp, js, room, name } = await acrossACable(t, options);
    for (const i of numbers(4)) await room.sendMessage(String(i));
    await cpp.message('3');
    cable.cut();
    const [, one, two] = await js.receives(room, 4);
    await one.updateBody('one');
    await two.remove();
    await room.sendMessage('missed');
    const missed = await js.message(room, 'missed');
    await missed.updateBody('missed and edited');
    cable.mend();
    await hears(cpp, room, 'end');
    const told = cpp.messages(room);
    assert.deepEqual(indexes(told), numbers(6), 'each message once, in order');
    assert.deepEqual(texts(told).slice(0, 4), numbers(4).map(String));
    assert.equal(cpp.all('updated', room).filter((e) => e.index === 1 && e.body === 'one').length, 1);
    assert.deepEqual(indexes(cpp.all('removed', room)), [2]);
    assert.deepEqual(texts((await cpp.obeys('page', name, 10)).messages), ['0', 'one', '3', 'missed and edited', 'end']);
  };
  test('interop_missed_edits_and_removals', (t) => missesChanges(t));
  test('interop_missed_edits_and_removals_with_a_cache', (t) => missesChanges(t, { cache: world.place.file(fresh('cache')) }));

  test('interop_next_process_shows_what_it_missed', async (t) => {
    const cache = world.place.file(fresh('cache'));
    const { cpp, js, room, name, sent } = await archive(t, 5, { cache });
    assert.deepEqual(texts((await cpp.obeys('page', name, 30)).messages), numbers(5).map(String));
    await cpp.stop();
    await sent[3].updateBody('three');
    await sent[4].remove();
    await room.sendMessage('five');

    const next = await peer(t, 'cpp', { as: cpp.identity, cache, wait: true });
    await next.sees((e) => e.event === 'restored', 'the cache');
    const kept = await next.obeys('page', name, 30);
    assert.deepEqual(texts(kept.messages), numbers(5).map(String), 'as it was left');
    assert.equal(kept.current, false);
    await next.obeys('connect');
    await next.message('five');
    await hears(next, room, 'end');
    assert.deepEqual(next.bodies(room), ['five', 'end'], 'what was not there');
    const page = await next.obeys('page', name, 30);
    assert.deepEqual(texts(page.messages), ['0', '1', '2', 'three', 'five', 'end']);
    assert.equal(page.current, true);
    await js.receives(room, 7);
    assert.deepEqual((await next.obeys('state', name)).known, [[0, 6]], 'removed messages leave no holes');
  });

  test('interop_present_state_first', async (t) => {
    const { cpp, room, name } = await archive(t, 2);
    assert.deepEqual(cpp.events[0], { event: 'present', state: 'offline', channels: [] });
    const sends = numbers(20).map((i) => room.sendMessage(`busy ${i}`)); // events come meanwhile
    const present = await cpp.obeys('present');
    await Promise.all(sends);
    assert.deepEqual([present.state, present.channels], ['connected', [{ sid: room.sid, channel: name }]]);
    await hears(cpp, room, 'end');
    assert.equal(cpp.messages(room).length, 21, 'nobody is told twice');
  });

  // Slow: the C++ client hears of the channels when the first message of each is stored already.
  for (const slow of [false, true]) {
    test(`interop_first_message_is_told_once: ${slow ? 'slow' : 'fast'}`, async (t) => {
      const cable = await Relay.start(t, world.chatAddress);
      const cpp = await peer(t, 'cpp', { url: cable.url });
      const people = await Promise.all(numbers(4).map((i) => world.enter(t, `js${i}`)));
      const write = async (js, uniqueName) => {
        const room = await js.client.createConversation({ uniqueName });
        await room.join();
        await room.add(cpp.identity);
        await room.sendMessage('first'); // at once, while the C++ client opens the channel
        return room;
      };
      const names = (js) => ['a', 'b', 'c', 'd'].map(fresh).concat([js.identity, cpp.identity].sort().join('#'));
      if (slow) cable.choke();
      const rooms = await Promise.all(people.flatMap((js) => names(js).map((name) => write(js, name))));
      cable.breathe();
      if (!slow) await cpp.until(() => rooms.every((room) => cpp.messages(room).length > 0), 'the first message of each');
      for (const room of rooms) {
        await room.getParticipants(); // nothing is being loaded when the case ends
        await room.sendMessage('second');
      }
      await cpp.until(() => rooms.every((room) => cpp.bodies(room).includes('second')), 'the second message of each');
      for (const room of rooms) {
        assert.deepEqual(cpp.bodies(room), ['first', 'second']);
        assert.equal(cpp.all('joined', room).length, 1);
      }
    });
  }
});
