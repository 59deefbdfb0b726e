// A service that goes away politely, and receivers that do not keep up.
import assert from 'node:assert/strict';
import { eventually, pause, SANITIZED, within } from '../support/deadline.mjs';
import { everyPage, numbers } from '../support/expect.mjs';
import { memoryBound } from '../support/programs.mjs';
import { pathOf } from '../support/raw.mjs';
import { Relay } from '../support/relay.mjs';
import { cases } from '../support/world.mjs';

// One case at a time: each of them ends the service of the group.
cases('drain', { concurrency: 1, database: 'chat.db' }, (world, test) => {
  const running = async () => {
    if (!world.chatService.child.killed) return;
    await world.chatService.ended;
    await world.startChat();
  };

  test('drain_says_308_and_spreads_the_return', async (t) => {
    await running();
    const crowd = await Promise.all(numbers(60).map((i) => world.raw(t, `guest${i}`)));
    const stopped = world.chatService.stop();
    const closes = await Promise.all(crowd.map((device) => device.gets((p) => p.header.method === 'close', 'close')));
    for (const { header } of closes) {
      assert.equal(header.status.code, 308);
      assert.equal(header.status.errorCode, 51231);
    }
    const delays = closes.map(({ payload }) => payload.backoff_policy.reconnect_min_ms);
    assert.ok(delays.every((ms) => Number.isInteger(ms) && ms > 0), delays.join(' '));
    const perSecond = numbers(Math.ceil(Math.max(...delays) / 1000) + 1).map((s) => delays.filter((ms) => Math.floor(ms / 1000) === s).length);
    assert.ok(perSecond.filter((n) => n > 0).length >= 2, `all come back in one second: ${delays.join(' ')}`);
    assert.ok(Math.max(...perSecond) < crowd.length * 0.8, `most come back in one second: ${perSecond.join(' ')}`);
    await Promise.all(crowd.map((device) => within(device.ended, 'the end of the connection')));
    await stopped;
    await world.startChat();
  });

  test('drain_answers_what_was_asked', async (t) => {
    await running();
    const [alice, bob] = [await world.enter(t, 'alice'), await world.enter(t, 'bob')];
    const room = await alice.room({}, bob);
    const sends = numbers(30).map((i) => room.sendMessage(String(i)).then((index) => [index, String(i)], () => null));
    const marks = [alice.mark(), bob.mark()];
    await bob.receives(room, 1);
    await world.chatService.stop();
    await world.startChat();
    const acknowledged = (await Promise.all(sends)).filter(Boolean);
    for (const [i, device] of [alice, bob].entries()) await device.reports('connected', { since: marks[i], ms: 30_000 });
    const reader = await world.enter(t, 'reader', { as: bob.identity });
    const stored = await everyPage(await (await reader.joined(room)).getMessages(100, 0, 'forward'));
    for (const [index, body] of acknowledged) assert.equal(stored[index].body, body);
    await bob.receives(room, stored.length);
    await bob.barrier();
    assert.deepEqual(bob.bodies(room), stored.map((m) => m.body));
  });

  test('drain_lets_official_clients_return', async (t) => {
    await running();
    const [alice, bob] = [await world.enter(t, 'alice'), await world.enter(t, 'bob')];
    const room = await alice.room({}, bob);
    const marks = [alice.mark(), bob.mark()];
    await world.chatService.stop();
    await world.startChat();
    for (const [i, device] of [alice, bob].entries()) {
      await device.reports('connected', { since: marks[i], ms: 30_000 });
      assert.equal(device.count('connectionError', (e) => e.terminal), 0);
    }
    await room.sendMessage('after');
    await bob.message(room, 'after');
    assert.equal(bob.count('conversationLeft'), 0);
  });
});

cases('slow', { concurrency: 2 }, (world, test) => {
  const LONG = { timeout: 180_000 };
  const COUNT = 900; // more than the service keeps for a receiver (4 MiB) and the kernels of both sides together
  const BODY = 'x'.repeat(30_000);
  const PATIENCE_MS = 6000; // the service's is 5 s

  const SENDERS = 15; // one alone may not send more than a receiver can read

  /** A conversation of senders by hand, who have no client's trouble with six megabytes. */
  const channel = async (t, ...guests) => {
    const senders = await Promise.all(numbers(SENDERS).map((i) => world.raw(t, `sender${i}`)));
    const { links } = await senders[0].configuration();
    const { sid, links: own } = (await senders[0].http('POST', pathOf(links.conversations), {})).body;
    for (const identity of [...senders.map((s) => s.identity), ...guests]) {
      await senders[0].http('POST', pathOf(own.participants), { identity });
    }
    const say = (body, sender = senders[0]) => sender.http('POST', pathOf(own.messages), { body, attributes: '{}' });
    const flood = async () => {
      for (const i of numbers(COUNT)) assert.equal((await say(`${i} ${BODY}`, senders[i % SENDERS])).status, 201);
    };
    /** So much, for longer than the service puts up with it. */
    const overload = async () => {
      await flood();
      await pause(PATIENCE_MS);
      await say('the last straw');
    };
    return { sid, flood, overload, say };
  };
  const listOf = async (device, sid) => ({ ...(await device.http('GET', `/v3/Lists/${sid}.messages`)).body, type: 'list' });
  const honestPair = async (t) => {
    const [alice, bob] = [await world.enter(t, 'alice'), await world.enter(t, 'bob')];
    const room = await alice.room({}, bob);
    return async (text) => {
      await room.sendMessage(text);
      await bob.message(room, text);
    };
  };
  const holdsLittle = () => assert.ok(world.chatService.memory() < memoryBound(300e6), `${world.chatService.memory()} bytes`);

  test('slow_receiver_is_cut_and_resumes', async (t) => {
    const relay = await Relay.start(t, world.chatAddress);
    const bob = await world.enter(t, 'bob', { url: relay.url });
    const speaks = await honestPair(t);
    const { sid, overload, say } = await channel(t, bob.identity);
    await (await bob.joined({ sid })).getParticipants();
    // Only whoever has subscribed to the messages, and has had the replay, is sent all that is said.
    await say('before');
    await bob.message({ sid }, 'before');
    await bob.barrier();
    const mark = bob.mark();
    relay.choke();
    await overload();
    await speaks('meanwhile');
    relay.breathe();
    await bob.reports('connecting', { since: mark, ms: 20_000 });
    await bob.receives({ sid }, COUNT + 2, 80_000);
    await bob.barrier();
    assert.deepEqual(bob.messages({ sid }).map((m) => m.index), numbers(COUNT + 2), 'each once, in order');
    assert.equal(relay.accepted, 2);
    holdsLittle();
  }, LONG);

  test('slow_receiver_is_in_the_log', async (t) => {
    const bob = await world.raw(t, 'bob');
    const { sid, overload } = await channel(t, bob.identity);
    const list = await listOf(bob, sid);
    await bob.subscribe(list, { lastEvent: list.last_event_id });
    const before = world.chatService.everything().length;
    bob.socket.pause();
    await overload();
    await eventually('a word in the log about the slow receiver', () =>
      /slow|queue|too much|unread/i.test(world.chatService.everything().slice(before)));
    assert.ok(!world.chatService.everything().includes(BODY.slice(0, 100)), 'no bodies in the log');
    bob.socket.resume();
    await within(bob.ended, 'the end of the connection');
  }, LONG);

  test('slow_reader_of_its_own_answers', async (t) => {
    const greedy = await world.raw(t, 'greedy');
    const { sid, flood } = await channel(t, greedy.identity);
    await flood();
    const path = pathOf((await listOf(greedy, sid)).links.items);
    const speaks = await honestPair(t);
    greedy.socket.pause();
    // More than the queue and the kernels hold; a slow build would be busy with all 300 for too long.
    for (const i of numbers(SANITIZED ? 60 : 300)) {
      greedy.send({ method: 'message', id: `TM${i}`, active_grant: 'ip_messaging', payload_type: 'application/json',
        http_request: { host: 'x', method: 'GET', path, params: { PageSize: '100' }, headers: {} } });
    }
    for (const i of numbers(5)) await speaks(`not concerned ${i}`);
    holdsLittle();
    greedy.socket.resume();
    await within(greedy.ended, 'the end of the connection', 30_000);
  }, LONG);
});
