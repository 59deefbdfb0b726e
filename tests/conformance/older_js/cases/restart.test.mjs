// The service stops, or dies, and comes back on the same file: what only lived in its memory, as the session of an
// older client, is made anew without a word to anybody.
import assert from 'node:assert/strict';
import { clients } from '../support/clients.mjs';
import { Cast, world } from '../support/older_world.mjs';

const ENDS = { stopped: (program) => program.stop(), killed: (program) => program.kill() };

world('restart', { concurrency: 1, database: 'chat.db' }, (service, test) => {
  for (const [how, end] of Object.entries(ENDS)) {
    test(`restart: ${how} [${clients.join(', ')}]`, async (t) => {
      const scenes = await Promise.all(clients.map((version) => new Cast(service, version).pair(t)));
      await Promise.all(scenes.map(async ({ bob, room }) => {
        await room.sendMessage('before');
        await bob.message(room, 'before');
      }));
      const marks = scenes.map(({ alice, bob }) => [alice, bob].map((device) => [device, device.mark()]));
      await end(service.chatService);
      await service.startChat();
      for (const [device, since] of marks.flat()) await device.reports('connected', { since, ms: 30_000 });

      await Promise.all(scenes.map(async ({ alice, bob, room, bobs }) => {
        await room.sendMessage('after');
        await bob.message(room, 'after');
        await bobs.sendMessage('and back');
        await alice.message(room, 'and back');
        await room.updateFriendlyName('renamed');
        await bob.until(() => bobs.friendlyName === 'renamed', 'the new name');
        for (const device of [alice, bob]) await device.barrier();
        for (const device of [alice, bob]) assert.deepEqual(device.bodies(room), ['before', 'after', 'and back'], device.name);
      }));
    }, { timeout: 90_000 });
  }
});
