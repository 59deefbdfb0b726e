// Clients of different generations in one conversation: what one writes the others hear, in order, once.
import assert from 'node:assert/strict';
import { everyPage, numbers } from '../../official_js/support/expect.mjs';
import { Relay } from '../../official_js/support/relay.mjs';
import { CLIENTS, clients } from '../support/clients.mjs';
import { hasChannels, world } from '../support/older_world.mjs';

const PAIRS = [
  ['chat-3.3.4', 'conversations-3.0.1'],
  ['chat-3.3.4', 'chat-6.0.0-lowest'],
  ['chat-5.0.2', 'conversations-2.7.0'],
  ['conversations-1.2.3', 'chat-5.0.2'],
  ['conversations-1.2.3', 'conversations-3.0.1'],
  ['conversations-2.0.1-lowest', 'chat-6.0.0'],
];
/** Those of which at least one client runs. */
const pairs = PAIRS.filter((pair) => pair.some((name) => clients.includes(name)));

world('mixed', { concurrency: 6 }, (service, test) => {
  for (const [one, other] of pairs) {
    const label = `[${one}, ${other}]`;
    /** Alice with the older client, Bob with the younger one, or the other way round. */
    const scene = async (t, [hers, his] = [one, other], { bobsUrl } = {}) => {
      const [alice, bob] = await Promise.all([service.enterWith(hers, t, 'alice'), service.enterWith(his, t, 'bob', { url: bobsUrl })]);
      const room = await alice.room({}, bob);
      return { alice, bob, room, bobs: await bob.joined(room) };
    };

    for (const [way, order] of [['older first', [one, other]], ['younger first', [other, one]]]) {
      test(`mixed_messages, ${way} ${label}`, async (t) => {
        const { alice, bob, room, bobs } = await scene(t, order);
        const EACH = 12;
        await Promise.all(numbers(EACH).flatMap((i) => [room.sendMessage(`alice ${i}`, { i }), bobs.sendMessage(`bob ${i}`)]));
        for (const device of [alice, bob]) await device.receives(room, 2 * EACH);
        const [, second] = alice.messages(room).filter((m) => m.author === alice.identity);
        await second.updateBody('changed');
        await bob.sees('messageUpdated', (u) => u.message.sid === second.sid && u.message.body === 'changed');
        await second.remove();
        await bob.sees('messageRemoved', (m) => m.sid === second.sid);
        for (const device of [alice, bob]) await device.barrier();
        const seen = (device) => device.messages(room).map((m) => [m.index, m.sid, m.author, m.body, m.attributes]);
        assert.deepEqual(alice.messages(room).map((m) => m.index), numbers(2 * EACH));
        assert.deepEqual(seen(bob), seen(alice));
        assert.equal(bob.count('messageRemoved'), 1);
        const [hers, his] = await Promise.all([room, bobs].map(async (r) => (await everyPage(await r.getMessages(7, 0, 'forward'))).map((m) => m.sid)));
        assert.deepEqual(his, hers);
      });
    }

    test(`mixed_people ${label}`, async (t) => {
      const { alice, bob, room, bobs } = await scene(t);
      await room.sendMessage('one');
      await bob.message(room, 'one');
      await bobs.setAllMessagesRead();
      await alice.sees('participantUpdated', (u) => u.participant.identity === bob.identity && u.participant.lastReadMessageIndex === 0);
      await room.setAllMessagesRead();
      await bob.sees('participantUpdated', (u) => u.participant.identity === alice.identity && u.participant.lastReadMessageIndex === 0);
      await bobs.typing();
      await alice.sees('typingStarted', (p) => p.identity === bob.identity);
      await room.typing();
      await bob.sees('typingStarted', (p) => p.identity === alice.identity);
      await room.updateFriendlyName('renamed');
      await bob.until(() => bobs.friendlyName === 'renamed', 'the new name');
      const user = await alice.client.getUser(bob.identity);
      await bob.client.user.updateFriendlyName('Bob');
      await alice.until(() => user.friendlyName === 'Bob', 'the new name of bob');
      await bobs.leave();
      await alice.sees('participantLeft', (p) => p.identity === bob.identity);
    });

    test(`mixed_invitation ${label}`, async (t) => {
      const [alice, bob] = await Promise.all([service.enterWith(one, t, 'alice'), service.enterWith(other, t, 'bob')]);
      const room = await alice.room();
      await room.invite(bob.identity);
      await bob.barrier();
      assert.equal(bob.count('conversationJoined'), 0, 'an invitation is not a membership');
      await room.add(bob.identity);
      await (await bob.joined(room)).sendMessage('in');
      await alice.message(room, 'in');
    }, { skip: !hasChannels(CLIENTS[one]) && 'no invitations' });

    test(`mixed_reconnect ${label}`, async (t) => {
      const relay = await Relay.start(t, service.chatAddress);
      const { bob, alice, room } = await scene(t, [other, one], { bobsUrl: relay.url });
      const mark = bob.mark();
      relay.cut();
      await bob.reports('connecting', { since: mark });
      for (const i of numbers(4)) await room.sendMessage(`missed ${i}`);
      relay.mend();
      await bob.message(room, 'missed 3', { ms: 20_000 });
      await room.sendMessage('live');
      await bob.message(room, 'live');
      for (const device of [alice, bob]) await device.barrier();
      assert.deepEqual(bob.bodies(room), alice.bodies(room));
    });

    test(`mixed_devices ${label}`, async (t) => {
      const phone = await service.enterWith(one, t, 'phone');
      const desk = await service.enterWith(other, t, 'desk', { as: phone.identity });
      const room = await phone.room();
      const theirs = await desk.joined(room);
      await theirs.getParticipants();
      await theirs.sendMessage('from the desk');
      for (const device of [phone, desk]) await device.message(room, 'from the desk');
      await theirs.setAllMessagesRead();
      await phone.until(() => room.lastReadMessageIndex === 0, 'the horizon of the desk');
      await theirs.leave();
      await phone.sees('conversationLeft', (c) => c.sid === room.sid);
    });
  }
});
