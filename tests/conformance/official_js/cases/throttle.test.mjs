// Too many requests: refused, not forgotten, and nobody else feels it.
import assert from 'node:assert/strict';
import { eventually, pause, SLOWNESS, stretched, within } from '../support/deadline.mjs';
import { numbers, refused } from '../support/expect.mjs';
import { pathOf } from '../support/raw.mjs';
import { cases, fresh, versions } from '../support/world.mjs';

/** The service's own burst, but it comes back so slowly that the slowest client outruns it. */
const SLOW_RETURN = { throttle: { per_second: 5 } };

cases('throttle', { concurrency: 3, versions, chat: SLOW_RETURN }, (world, test) => {
  /** How many of `count` updates at once were accepted; all others must have been refused with 429/20429. */
  const burst = async (room, count) => {
    const results = await Promise.allSettled(numbers(count).map((i) => room.updateAttributes({ i })));
    const errors = results.filter((r) => r.status === 'rejected').map((r) => r.reason);
    for (const error of errors) assert.deepEqual([error.status, error.body.code, error.body.status], [429, 20429, 429]);
    return count - errors.length;
  };

  test('error_rate_limit', async (t) => {
    const [alice, bob] = [await world.enter(t, 'alice'), await world.enter(t, 'bob')];
    const room = await alice.room({}, bob);
    assert.equal(await burst(room, 600), 600, 'a burst of 600 passes');
    await eventually('the calm after it', () => room.updateAttributes({ calm: 0 }).then(() => true, () => false), 20_000);
    await pause(stretched(3000));
    const accepted = await burst(room, 1000);
    assert.ok(accepted >= 400 && accepted < 1000, `${accepted} of 1000 accepted`);

    const bobs = await bob.joined(room);
    await bobs.sendMessage('bob is not concerned');
    await bob.message(room, 'bob is not concerned');
    await pause(stretched(3000));
    await room.updateAttributes({ calm: true });
    await bob.until(() => bobs.attributes.calm === true, 'the last update');
  });
});

const TIGHT = { throttle: { per_second: 1, burst: 30 } };

cases('throttle: configured', { chat: TIGHT }, (world, test) => {
  const exhaust = async (device, links) => {
    links ??= (await device.configuration()).links;
    const ask = () => device.http('GET', pathOf(links.users) + `/${encodeURIComponent(device.identity)}`);
    const replies = await Promise.all(numbers(60).map(ask));
    return { links, ask, statuses: replies.map((r) => r.status), refusals: replies.filter((r) => r.status === 429) };
  };

  test('throttle_of_the_configuration', async (t) => {
    const alice = await world.raw(t, 'alice');
    const { statuses, refusals } = await exhaust(alice);
    assert.ok(refusals.length >= 25 && refusals.length < 40, `${refusals.length} of 60 refused`);
    assert.equal(statuses.indexOf(429), statuses.length - refusals.length, 'the first ones pass');
    assert.deepEqual([refusals[0].transport, refusals[0].body.code, refusals[0].body.status], [200, 20429, 429]);
  });

  test('throttle_counts_the_user_on_all_devices', async (t) => {
    const phone = await world.raw(t, 'phone');
    const { links } = await exhaust(phone);
    const desk = await world.raw(t, 'desk', { as: phone.identity });
    const { statuses } = await exhaust(desk, links);
    assert.ok(statuses.filter((s) => s === 200).length < 10, 'the second device has no budget of its own');
    const bob = await world.raw(t, 'bob');
    const { statuses: his } = await exhaust(bob);
    assert.equal(his[0], 200, 'another user has');
  });

  test('throttle_refuses_and_recovers', async (t) => {
    const alice = await world.raw(t, 'alice');
    const { links, ask } = await exhaust(alice);
    const refusal = await alice.http('POST', pathOf(links.conversations), { unique_name: fresh('never') });
    assert.equal(refusal.status, 429);
    await eventually('the budget to grow again', async () => (await ask()).status === 200, 15_000);
    assert.equal(await within(alice.barrier(), 'a ping'), 200);
  });

  test('throttle_does_not_hold_back_events', async (t) => {
    const bob = await world.raw(t, 'bob');
    const { links, sync_objects: own } = await bob.configuration();
    const map = { ...(await bob.http('GET', `/v3/Maps/${own.my_conversations}`)).body, type: 'map' };
    await bob.subscribe(map, { lastEvent: map.last_event_id });
    await exhaust(bob);
    const alice = await world.raw(t, 'alice');
    const room = (await alice.http('POST', pathOf(links.conversations), {})).body;
    await alice.http('POST', pathOf(room.links.participants), { identity: bob.identity });
    await bob.gets((p) => p.payload?.event?.item_key === room.sid, 'the invitation');
  });
});

cases('throttle: official client', { concurrency: 1, chat: { throttle: { per_second: Math.ceil(20 / SLOWNESS), burst: 60 } }, versions }, (world, test) => {
  test('error_rate_limit_of_a_send', async (t) => {
    const alice = await world.enter(t, 'alice');
    const room = await alice.room();
    const sends = await Promise.allSettled(numbers(150).map((i) => room.sendMessage(String(i))));
    const refusals = sends.filter((s) => s.status === 'rejected');
    assert.ok(refusals.length > 50);
    await refused(Promise.reject(refusals[0].reason), 429, 20429);
    const sent = sends.length - refusals.length;
    await alice.receives(room, sent);
    assert.equal(alice.client.connectionState, 'connected');
    await eventually('sends to work again', () => room.sendMessage('later').then(() => true, () => false), 15_000);
    await alice.message(room, 'later');
    assert.deepEqual(alice.messages(room).map((m) => m.index), numbers(sent + 1), 'a refused one uses no index');
  });
});
