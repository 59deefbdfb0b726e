// A story of two people that must end the same way whatever is cut or killed meanwhile.
import { eventually, within } from './deadline.mjs';
import { everyPage } from './expect.mjs';
import { fresh } from './world.mjs';

const TRIES = 8;
const TRY_MS = 15_000;

/** Whether Alice, or whoever reads anew, finds a message with this body (removed ones are not found). */
const has = (body) => async ({ room }) => (await everyPage(await room.getMessages(100, 0, 'forward'))).some((m) => m.body === body);

/**
 * What happens, step by step: `act` may fail when the connection is lost; then `done` tells whether it was obeyed
 * all the same, and if not it is done again. `done` asks through Alice: a client that pages through messages before they are replayed to it does not
 * report them as added any more.
 */
export const STORY = [
  { name: 'bob speaks', act: ({ bobs }) => bobs.sendMessage('bob 1', { n: 1 }), done: has('bob 1') },
  { name: 'alice speaks', act: ({ room }) => room.sendMessage('alice 1'), done: has('alice 1') },
  { name: 'bob answers twice', act: ({ bobs }) => bobs.sendMessage('bob 2'), done: has('bob 2') },
  { name: 'bob is mistaken', act: ({ bobs }) => bobs.sendMessage('to be removed'), done: has('to be removed') },
  { name: 'alice renames', act: ({ room }) => room.updateFriendlyName('the new name'),
    done: ({ room }) => room.friendlyName === 'the new name' },
  { name: 'bob corrects', act: async ({ bob, room }) => (await bob.message(room, 'bob 1')).updateBody('bob 1, corrected'),
    done: has('bob 1, corrected') },
  { name: 'bob removes', act: async ({ bob, room }) => (await bob.message(room, 'to be removed')).remove(),
    done: async (scene) => !(await has('to be removed')(scene)) },
  { name: 'bob reads', act: ({ bobs }) => bobs.updateLastReadMessageIndex(2),
    done: async ({ room, bob }) => (await room.getParticipantByIdentity(bob.identity)).lastReadMessageIndex === 2 },
  { name: 'bob mutes', act: ({ bobs }) => bobs.setUserNotificationLevel('muted'), done: () => false },
  { name: 'alice brings carol', act: ({ room, carol }) => room.add(carol),
    done: async ({ room, carol }) => (await room.getParticipants()).some((p) => p.identity === carol) },
  { name: 'bob is called Bob', act: ({ bob }) => bob.client.user.updateFriendlyName('Bob'), done: () => false },
  { name: 'alice opens a second room', act: async ({ alice, bob, second }) => {
    const made = await alice.client.createConversation({ uniqueName: second });
    await made.add(bob.identity);
  }, done: async ({ alice, bob, second }) => {
    const made = await alice.client.getConversationByUniqueName(second).catch(() => null);
    if (!made) return false;
    return made.add(bob.identity).then(() => true, (error) => error.status === 409);
  } },
  { name: 'alice sends carol away', act: ({ room, carol }) => room.removeParticipant(carol),
    done: async ({ room, carol }) => !(await room.getParticipants()).some((p) => p.identity === carol) },
  { name: 'bob says goodbye', act: ({ bobs }) => bobs.sendMessage('goodbye'), done: has('goodbye') },
];

/** Alice and Bob in a room, Bob behind `bobUrl`, before the story. */
export async function stage(world, t, bobUrl) {
  const [alice, bob] = [await world.enter(t, 'alice'), await world.enter(t, 'bob', { url: bobUrl })];
  const room = await alice.room({ friendlyName: 'the old name' }, bob);
  const bobs = await bob.joined(room);
  await bob.barrier();
  return { alice, bob, room, bobs, carol: fresh('carol'), second: fresh('second') };
}

/** Until the device is connected and has all that was sent to it; it may not have noticed yet that it is not. */
const back = (device) => eventually(`${device.name} to be back`, () =>
  device.client.connectionState === 'connected' && device.barrier().then(() => true, () => false), 30_000);

export async function perform(step, scene) {
  for (let tries = 1; ; tries += 1) {
    try {
      return await within(Promise.resolve(step.act(scene)), step.name, TRY_MS);
    } catch (error) {
      if (tries === TRIES) throw new Error(`${step.name}: ${error.message}`, { cause: error });
    }
    for (const device of [scene.bob, scene.alice]) await back(device); // what the lost one still brought is obeyed by now
    if (await Promise.resolve(step.done(scene)).catch(() => false)) return;
  }
}

/** What a client holds of everything, without names and times that differ from run to run. */
async function stateOf(device, { alice, bob, carol, second }) {
  const names = new Map([[alice.identity, 'alice'], [bob.identity, 'bob'], [carol, 'carol']]);
  const conversations = await everyPage(await device.client.getSubscribedConversations());
  const state = await Promise.all(conversations.map(async (c) => ({
    name: c.uniqueName === second ? 'the second room' : c.friendlyName,
    status: c.status,
    level: c.notificationLevel,
    read: c.lastReadMessageIndex,
    last: c.lastMessage?.index,
    counts: [await c.getMessagesCount(), await c.getParticipantsCount(), await c.getUnreadMessagesCount()],
    people: (await c.getParticipants()).map((p) => [names.get(p.identity), p.lastReadMessageIndex]).sort(),
    messages: (await everyPage(await c.getMessages(100, 0, 'forward'))).map((m) => [m.index, m.body, names.get(m.author), m.attributes]),
  })));
  return {
    called: device.client.user.friendlyName === device.identity ? 'nothing special' : device.client.user.friendlyName,
    conversations: state.sort((a, b) => (a.name < b.name ? -1 : 1)),
  };
}

/** How it ends at both clients, and at a new client of Bob; also what Bob was told, in order. */
export async function ending(world, t, scene) {
  const { alice, bob, room } = scene;
  for (const device of [alice, bob]) await back(device);
  await bob.message(room, 'goodbye');
  const wanted = await stateOf(await world.enter(t, 'again', { as: bob.identity }), scene);
  await eventually(`bob to hold what a new client of his finds`,
    async () => JSON.stringify(await stateOf(bob, scene)) === JSON.stringify(wanted)).catch(() => {});
  return {
    bob: await stateOf(bob, scene),
    anew: wanted,
    alice: await stateOf(alice, scene),
    told: bob.messages(room).map((m) => m.index),
    removed: bob.count('messageRemoved'),
    left: bob.count('conversationLeft'),
    joined: bob.count('conversationJoined', (c) => c.sid === room.sid),
  };
}
