// The same story with the cable cut after every single frame, and with the service killed in every step.
import assert from 'node:assert/strict';
import { before } from 'node:test';
import { numbers } from '../support/expect.mjs';
import { Relay } from '../support/relay.mjs';
import { ending, perform, stage, STORY } from '../support/script.mjs';
import { tolerateRejectionsOfTheClient } from '../support/tolerate.mjs';
import { cases, World } from '../support/world.mjs';

const LONG = { timeout: 240_000 };
const AT_ONCE = 8;

before(tolerateRejectionsOfTheClient);

/** `work(item)` for all, AT_ONCE at a time; failures are collected with the item's name. */
async function forAll(items, work) {
  const failures = [];
  const left = [...items];
  const worker = async () => {
    for (let item = left.shift(); item !== undefined; item = left.shift())
      await work(item).catch((error) => failures.push(`${item}: ${error.message}`));
  };
  await Promise.all(numbers(AT_ONCE).map(worker));
  assert.deepEqual(failures, []);
}

cases('faults', { concurrency: 1 }, (world, test) => {
  /** The story, cut after the given frame of Bob's connection, or not at all: the ending, and how many frames it took. */
  const run = async (t, cutAfter) => {
    const relay = await Relay.start(t, world.chatAddress);
    const scene = await stage(world, t, relay.url);
    relay.cutAfter(cutAfter);
    for (const step of STORY) await perform(step, scene);
    const frames = relay.frames;
    const result = await ending(world, t, scene);
    for (const device of [scene.alice, scene.bob]) await device.close();
    return { result, frames, connections: relay.accepted };
  };

  test('cut_after_every_frame', async (t) => {
    const { result: calm, frames } = await run(t, undefined);
    assert.deepEqual(calm.told, numbers(5));
    assert.deepEqual(calm.bob, calm.anew);
    assert.ok(frames > 30, `${frames} frames`);
    t.diagnostic(`cut after each of ${frames} frames`);
    await forAll(numbers(frames, 1), async (cutAfter) => {
      const { result, connections } = await run(t, cutAfter);
      assert.ok(connections >= 2, 'it was cut');
      assert.deepEqual(result, calm);
    });
  }, LONG);

  test('cut_again_and_again', async (t) => {
    const { result: calm } = await run(t, undefined);
    await forAll([5, 9, 14, 22], async (every) => {
      const relay = await Relay.start(t, world.chatAddress);
      const scene = await stage(world, t, relay.url);
      for (const step of STORY) {
        relay.cutAfter(every);
        await perform(step, scene);
      }
      relay.cutAfter(undefined);
      assert.deepEqual(await ending(world, t, scene), calm);
    });
  }, LONG);
});

cases('faults: crash', { concurrency: 1 }, (world, test) => {
  /** The story; in step `deadly` the service is killed `turns` turns of the loop after it began, and started again. */
  const run = async (t, deadly, turns) => {
    const own = await World.start({ database: 'chat.db' });
    try {
      const scene = await stage(own, t, own.chatUrl);
      for (const [i, step] of STORY.entries()) {
        const acting = perform(step, scene);
        if (i === deadly) await crash(own, turns);
        await acting;
      }
      const result = await ending(own, t, scene);
      for (const device of [scene.alice, scene.bob]) await device.close();
      return result;
    } finally {
      await own.stop();
    }
  };
  /** After none the request is still here, after a few it is out, or its answer is in. */
  const crash = async (own, turns) => {
    for (const _ of numbers(turns)) await new Promise((resolve) => setImmediate(resolve));
    await own.chatService.kill();
    await own.startChat();
  };

  test('killed_in_every_step', async (t) => {
    const calm = await run(t, -1, 0);
    assert.deepEqual(calm.told, numbers(5));
    const moments = STORY.flatMap((_, i) => [0, 5].map((turns) => `${i}/${turns}`));
    await forAll(moments, async (moment) => {
      const [step, turns] = moment.split('/').map(Number);
      assert.deepEqual(await run(t, step, turns), calm, STORY[step].name);
    });
  }, LONG);
});
