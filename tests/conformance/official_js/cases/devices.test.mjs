// One person with several devices, and people with many conversations.
import assert from 'node:assert/strict';
import { everyPage, numbers } from '../support/expect.mjs';
import { cases, fresh, versions } from '../support/world.mjs';

cases('devices', { versions }, (world, test) => {
  const twins = async (t) => {
    const phone = await world.enter(t, 'phone', { as: fresh('alice') });
    return [phone, await world.enter(t, 'desk', { as: phone.identity })];
  };

  test('two_devices', async (t) => {
    const [phone, desk] = await twins(t);
    const bob = await world.enter(t, 'bob');
    const room = await phone.room({ friendlyName: 'mine' }, bob);
    const other = await desk.joined(room);
    assert.equal(other.friendlyName, 'mine');

    await room.sendMessage('from the phone');
    await other.sendMessage('from the desk');
    for (const device of [phone, desk, bob]) {
      await device.receives(room, 2);
      assert.deepEqual(device.bodies(room), ['from the phone', 'from the desk']);
    }
    await other.setAllMessagesRead();
    await phone.until(() => room.lastReadMessageIndex === 1, 'the horizon of the desk');
    await room.setUserNotificationLevel('muted');
    await desk.until(() => other.notificationLevel === 'muted', 'the level set by the phone');
    await phone.client.user.updateFriendlyName('Alice');
    await desk.until(() => desk.client.user.friendlyName === 'Alice', 'the name given by the phone');
    assert.equal(await room.getParticipantsCount(), 2, 'two devices are one participant');
  });

  test('two_devices_leave_together', async (t) => {
    const [phone, desk] = await twins(t);
    const room = await phone.room();
    await (await desk.joined(room)).getParticipants();
    await room.leave();
    for (const device of [phone, desk]) {
      await device.sees('conversationLeft', (c) => c.sid === room.sid);
      await device.sees('conversationRemoved', (c) => c.sid === room.sid);
    }
  });

  test('two_devices_one_goes_offline', async (t) => {
    const [phone, desk] = await twins(t);
    const room = await phone.room();
    await desk.joined(room);
    await desk.client.shutdown();
    await room.sendMessage('still there?');
    await phone.message(room, 'still there?');
    const back = await world.enter(t, 'desk', { as: phone.identity });
    const page = await (await back.joined(room)).getMessages();
    assert.deepEqual(page.items.map((m) => m.body), ['still there?']);
  });

  test('subscribed_conversations_paging', async (t) => {
    const alice = await world.enter(t, 'alice');
    const COUNT = 120;
    const made = await Promise.all(numbers(COUNT).map((i) => alice.client.createConversation({ friendlyName: String(i) })));
    await Promise.all(made.map((conversation) => conversation.join()));
    await alice.until(() => alice.count('conversationJoined') >= COUNT, 'all to be joined');
    const wanted = made.map((c) => c.sid).sort();
    assert.deepEqual((await everyPage(await alice.client.getSubscribedConversations())).map((c) => c.sid).sort(), wanted);

    const again = await world.enter(t, 'again', { as: alice.identity });
    const first = await again.client.getSubscribedConversations();
    assert.ok(first.hasNextPage, 'more than one page');
    assert.deepEqual((await everyPage(first)).map((c) => c.sid).sort(), wanted);
    assert.equal(again.count('conversationJoined'), COUNT, 'each reported once');
    assert.equal(again.count('conversationAdded'), COUNT);
    for (const conversation of [made[0], made[COUNT - 1]]) {
      await conversation.sendMessage('ping');
      await again.message(conversation, 'ping');
    }
  });
});
