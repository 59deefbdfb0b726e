// What the C++ SDK keeps in its outbox, received by the official client: once and in order.
import assert from 'node:assert/strict';
import { SLOWNESS, stretched } from '../support/deadline.mjs';
import { numbers } from '../support/expect.mjs';
import { casesWithPeers } from '../support/peer.mjs';
import { Relay } from '../support/relay.mjs';
import { fresh } from '../support/world.mjs';

/** Until the C++ client has lost its connection that often. */
const loses = (cpp, times) => cpp.until(() =>
  cpp.events.filter((e) => e.event === 'connection' && e.state === 'waiting').length >= times, `cut ${times}`, 20_000);

casesWithPeers('interop: outbox', {}, (world, test, peer) => {
  /** An official client, and a C++ client on a cable, in a room of the former. */
  const across = async (t, options = {}) => {
    const cable = await Relay.start(t, world.chatAddress);
    const join = (more = {}) => peer(t, 'cpp', { url: cable.url, retry: 20, ...options, ...more });
    const [cpp, js] = await Promise.all([join(), world.enter(t, 'js')]);
    const room = await js.room({ uniqueName: fresh('lobby') });
    await cpp.comesTo(room);
    return { cable, cpp, js, room, name: room.uniqueName, next: (more) => join({ as: cpp.identity, ...more }) };
  };
  const withCache = (t) => across(t, { cache: world.place.file(fresh('cache')) });

  /** Gives all texts to the outbox at once; returns when each has been told as pending, and so is on the disk. */
  const queue = async (cpp, name, texts) => {
    await Promise.all(texts.map((text) => cpp.starts('send', name, text)));
    await cpp.until(() => cpp.all('pending', name).length >= texts.length, 'all messages as pending');
  };
  const receivesExactly = async (js, room, texts) => {
    await js.receives(room, texts.length, 20_000);
    await js.barrier();
    assert.deepEqual(js.bodies(room), texts);
    assert.deepEqual(js.messages(room).map((m) => m.index), numbers(texts.length));
  };

  test('interop_next_process_sends_what_waits', async (t) => {
    const { cable, cpp, js, room, name, next } = await withCache(t);
    await cpp.obeys('send', name, 'sent');
    await cpp.stop(); // the list of channels is on the disk
    cable.cut();
    const killed = await next({ wait: true });
    await killed.sees((e) => e.event === 'restored', 'the cache');
    const kept = numbers(5).map((i) => `kept ${i}`);
    await queue(killed, name, kept);
    await killed.kill();
    await room.sendMessage('meanwhile');

    const last = await next({ wait: true });
    await last.sees((e) => e.event === 'restored', 'the cache');
    const pending = last.all('pending', name);
    assert.deepEqual(pending.map((e) => e.body), kept, 'told again, though it is not connected');
    cable.mend();
    await last.obeys('connect');
    await last.obeys('flush', stretched(10_000));
    await receivesExactly(js, room, ['sent', 'meanwhile', ...kept]);
    await last.message('kept 4');
    assert.deepEqual(last.bodies(room), ['meanwhile', ...kept], 'what was missed, and the own messages');
    assert.deepEqual(last.all('sent', name).map((e) => e.local_id), pending.map((e) => e.local_id));
  });

  test('interop_killed_again_and_again', async (t) => {
    const { cable, cpp, js, room, name, next } = await withCache(t);
    cable.cut();
    const texts = numbers(120).map(String);
    await queue(cpp, name, texts);
    await cpp.kill();
    cable.mend();
    for (const frames of [30, 81, 132]) {
      cable.cutAfter(frames);
      const brief = await next({ wait: true, retry: 60_000 });
      await brief.starts('connect');
      await loses(brief, 1);
      await brief.kill();
    }
    await js.barrier();
    const received = js.messages(room).length;
    assert.ok(received > 0 && received < texts.length, `${received} were sent by processes that were killed`);
    const last = await next();
    await last.obeys('flush', stretched(20_000));
    await receivesExactly(js, room, texts);
  });

  const overABadCable = async (t, { mutationIds, cuts, count }) => {
    const { cable, cpp, js, room, name } = await across(t, { mutationIds });
    const texts = numbers(count).map(String);
    await queue(cpp, name, texts);
    for (const cut of numbers(cuts)) {
      cable.cutAfter(25 + 7 * cut); // behind a request, an answer or an event
      await loses(cpp, cut + 1);
    }
    await cpp.obeys('flush', stretched(20_000));
    await receivesExactly(js, room, texts);
    await cpp.until(() => cpp.messages(room).length >= count, 'the own messages');
    assert.deepEqual(cpp.bodies(room), texts);
    for (const event of ['pending', 'sent']) assert.equal(cpp.all(event, name).length, count, event);
    assert.deepEqual(cpp.all('failed', name), []);
  };
  test('interop_bad_cable', (t) => overABadCable(t, { mutationIds: true, cuts: 12, count: 300 }));
  // What was on its way settles for two seconds after each cut.
  test('interop_bad_cable_without_mutation_ids', (t) => overABadCable(t, { mutationIds: false, cuts: 4, count: 200 }));

  test('interop_said_offline', async (t) => {
    const { cable, cpp, js, room, name } = await across(t);
    cable.cut();
    await queue(cpp, name, ['one', 'two', 'three']);
    await cpp.refuses('timed_out', 'flush', 300);
    assert.deepEqual((await cpp.obeys('outgoing', name)).messages.map((m) => m.body), ['one', 'two', 'three']);
    await room.sendMessage('meanwhile');
    cable.mend();
    await cpp.obeys('flush', stretched(20_000));
    await receivesExactly(js, room, ['meanwhile', 'one', 'two', 'three']);
    assert.equal((await cpp.outcome('send', name, 'two')).index, 2);
    assert.deepEqual((await cpp.obeys('outgoing', name)).messages, []);
  });

  test('interop_forgotten_is_not_sent', async (t) => {
    const { cable, cpp, js, room, name, next } = await withCache(t);
    cable.cut();
    await queue(cpp, name, ['never seen']);
    await cpp.obeys('forget');
    assert.equal((await cpp.outcome('send', name, 'never', 'seen')).code, 'client_closed');
    await cpp.stop();
    cable.mend();
    const again = await next();
    assert.ok(again.events.every((e) => e.event !== 'pending'));
    await again.obeys('send', name, 'afterwards');
    await receivesExactly(js, room, ['afterwards']);
  });

  test('interop_refused_message_is_tried_again', async (t) => {
    const { cpp, js, room, name } = await across(t);
    await cpp.obeys('state', name); // knows the channel from now on
    await room.removeParticipant(cpp.identity);
    await cpp.until(() => cpp.all('left', room).length === 1, 'its removal');
    await cpp.refuses('forbidden', 'send', name, 'too late');
    const [failed, ...others] = (await cpp.obeys('outgoing', name)).messages;
    assert.deepEqual([failed.state, failed.code, others], ['failed', 'forbidden', []]);
    await cpp.refuses('forbidden', 'retry', name, failed.local_id);
    await room.add(cpp.identity);
    assert.equal((await cpp.obeys('retry', name, failed.local_id)).body, 'too late');
    await cpp.refuses('not_found', 'discard', name, failed.local_id);
    await receivesExactly(js, room, ['too late']);
  });
});

const [PER_SECOND, BURST] = [Math.ceil(100 / SLOWNESS), 150];

const THROTTLED = { chat: { throttle: { per_second: PER_SECOND, burst: BURST } } };

casesWithPeers('interop: throttle', THROTTLED, (world, test, peer) => {
  test('interop_throttled_burst', async (t) => {
    const [cpp, js] = await Promise.all([peer(t, 'cpp'), world.enter(t, 'js')]);
    const room = await js.room({ uniqueName: fresh('burst') });
    await cpp.comesTo(room);
    const texts = numbers(450).map(String);
    const start = performance.now();
    await Promise.all(texts.map((text) => cpp.starts('send', room.uniqueName, text)));
    await cpp.obeys('flush', stretched(40_000));
    const least = (1000 * (texts.length - BURST)) / PER_SECOND;
    assert.ok(performance.now() - start > 0.9 * least, 'the throttle held it up');
    await js.receives(room, texts.length);
    await js.barrier();
    assert.deepEqual(js.bodies(room), texts);
    for (const text of texts) assert.equal((await cpp.outcome('send', room.uniqueName, text)).index, Number(text));
  });
});
