// Read horizons and unread counts of one user who has a device with the C++ SDK and one with the official client.
import assert from 'node:assert/strict';
import { numbers } from '../support/expect.mjs';
import { casesWithPeers } from '../support/peer.mjs';
import { Relay } from '../support/relay.mjs';
import { fresh } from '../support/world.mjs';

casesWithPeers('interop: unread', {}, (world, test, peer) => {
  /** Both devices of a user in a room of `js`, who has written `count` messages that both have heard. */
  const twoDevices = async (t, count, options = {}) => {
    const [cpp, js] = await Promise.all([peer(t, 'cpp', options), world.enter(t, 'js')]);
    const phone = await world.enter(t, 'phone', { as: cpp.identity });
    const room = await js.room({ uniqueName: fresh('inbox') }, phone);
    await cpp.until(() => cpp.all('joined', room).length > 0, 'the invitation');
    for (const i of numbers(count)) await room.sendMessage(String(i));
    await phone.receives(room, count);
    await cpp.until(() => cpp.messages(room).length >= count, 'the messages');
    return { cpp, js, phone, room, name: room.uniqueName, phones: await phone.joined(room) };
  };
  const counts = (cpp, room, unread, first_unread_index) => cpp.until(() => {
    const last = cpp.all('unread', room).at(-1);
    return last?.exact && last.unread === unread && last.first_unread_index === first_unread_index;
  }, `${unread} unread messages from ${first_unread_index} on`);
  const horizon = (device, room, identity, index) => device.sees('participantUpdated', (u) =>
    u.participant.conversation.sid === room.sid && u.participant.identity === identity
    && u.participant.lastReadMessageIndex === index, { what: `${identity} to have read ${index}` });

  test('interop_read_horizons', async (t) => {
    const { cpp, js, room, name } = await twoDevices(t, 2);
    await cpp.obeys('send', name, 'read me');
    await js.message(room, 'read me');
    await room.setAllMessagesRead();
    await cpp.until(() => cpp.all('member', room).some((e) => e.identity === js.identity && e.last_read_index === 2), 'the horizon');
    await room.sendMessage('and now you');
    await cpp.message('and now you');
    assert.equal((await cpp.obeys('read', name)).unread, 0);
    await horizon(js, room, cpp.identity, 3);
  });

  test('interop_unread_follows_the_other_device', async (t) => {
    const { cpp, room, name, phones } = await twoDevices(t, 6);
    await counts(cpp, room, 6, 0);
    await phones.updateLastReadMessageIndex(2);
    await counts(cpp, room, 3, 3);
    assert.equal((await cpp.obeys('state', name)).last_read_index, 2);
    await phones.updateLastReadMessageIndex(0);
    await counts(cpp, room, 5, 1);
    const [, one] = await room.getMessages(6, 0, 'forward').then((page) => page.items);
    await one.remove();
    await counts(cpp, room, 4, 2);
    await phones.sendMessage('by the user');
    await counts(cpp, room, 4, 2);
    await phones.setAllMessagesRead();
    await counts(cpp, room, 0, null);
    await phones.setAllMessagesUnread();
    await counts(cpp, room, 5, 0);
    assert.equal((await cpp.obeys('state', name)).last_read_index, null);
  });

  test('interop_unread_is_moved_by_cpp', async (t) => {
    const { cpp, js, phone, room, name, phones } = await twoDevices(t, 5);
    assert.equal((await cpp.obeys('read_to', name, 1)).unread, 3);
    await phone.until(() => phones.lastReadMessageIndex === 1, 'the horizon of the C++ device');
    assert.equal(await phones.getUnreadMessagesCount(), 3);
    await horizon(js, room, cpp.identity, 1);
    assert.equal((await cpp.obeys('read', name)).unread, 0);
    await phone.until(() => phones.lastReadMessageIndex === 4, 'all to be read');
    assert.equal((await cpp.obeys('unread_from', name, 2)).unread, 3);
    await phone.until(() => phones.lastReadMessageIndex === 1, 'the horizon to be back');
    assert.equal(await phones.getUnreadMessagesCount(), 3);
  });

  for (const [moved, offline, online] of [['phone', 2, 4], ['cpp', 5, 3]]) {
    test(`interop_read_offline_is_merged: ${moved} is further`, async (t) => {
      const cable = await Relay.start(t, world.chatAddress);
      const { cpp, js, phone, room, name, phones } = await twoDevices(t, 7, { url: cable.url, retry: 20 });
      cable.cut();
      await cpp.sees((e) => e.event === 'connection' && e.state === 'waiting', 'the cut');
      await cpp.starts('read_to', name, offline);
      await cpp.until(() => cpp.all('unread', room).at(-1).unread === 6 - offline, 'the count, though nothing is sent');
      assert.equal((await cpp.obeys('state', name)).last_read_index, offline);
      await phones.updateLastReadMessageIndex(online);
      await horizon(js, room, cpp.identity, online);
      cable.mend();
      const most = Math.max(offline, online);
      assert.equal((await cpp.outcome('read_to', name, offline)).unread, 6 - most);
      await horizon(js, room, cpp.identity, most);
      await counts(cpp, room, 6 - most, most + 1);
      await js.barrier();
      await phone.barrier();
      assert.equal(phones.lastReadMessageIndex, most);
      assert.equal((await room.getParticipantByIdentity(cpp.identity)).lastReadMessageIndex, most);
    });
  }
});
