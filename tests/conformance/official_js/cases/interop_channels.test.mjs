// The C++ SDK and the official client in the same conversations: channels, their people and what these say.
import assert from 'node:assert/strict';
import { numbers, refused } from '../support/expect.mjs';
import { casesWithPeers } from '../support/peer.mjs';
import { Relay } from '../support/relay.mjs';
import { fresh } from '../support/world.mjs';

/** Of people whose identities need no escapes. */
const directName = (...people) => people.map((p) => p.identity).sort().join('#');

/** The room in which somebody has put `js`, when it reports what is said there: only with its lists open it does. */
const opened = async (js, made) => {
  const room = await js.joined(made);
  await room.getParticipants();
  return room;
};

casesWithPeers('interop: channels', {}, (world, test, peer) => {
  test('interop_public_channel', async (t) => {
    const [cpp, js] = await Promise.all([peer(t, 'cpp'), world.enter(t, 'js')]);
    const name = fresh('square');
    const made = await cpp.obeys('create', name, 'A place for all');
    const found = await js.client.getConversationByUniqueName(name);
    assert.equal(found.sid, made.sid);
    assert.equal(found.status, 'notParticipating');
    await found.join();
    const room = await opened(js, found);

    const sent = await cpp.obeys('send', name, 'from C++');
    const received = await js.message(room, 'from C++');
    assert.equal(received.sid, sent.sid);
    assert.equal(received.index, sent.index);
    assert.equal(received.author, cpp.identity);

    assert.equal(await room.sendMessage('from JavaScript'), 1);
    const event = await cpp.message('from JavaScript');
    assert.deepEqual([event.channel, event.author, event.index], [name, js.identity, 1]);
    const people = (await room.getParticipants()).map((p) => p.identity).sort();
    assert.deepEqual(people, [cpp.identity, js.identity].sort());
  });

  test('interop_cpp_joins_what_cpp_made', async (t) => {
    const [one, two, js] = await Promise.all([peer(t, 'one'), peer(t, 'two'), world.enter(t, 'js')]);
    const name = fresh('hall');
    const { sid } = await one.obeys('create', name);
    await two.obeys('join', name);
    await one.obeys('invite', name, js.identity);
    const room = await opened(js, { sid });
    await two.obeys('send', name, 'hello all');
    await js.message(room, 'hello all');
    await one.message('hello all');
  });

  test('interop_service_in_the_process_of_cpp', async (t) => {
    const cpp = await peer(t, 'cpp', { serve: true }); // and so without a socket
    const { url } = await cpp.sees((e) => e.event === 'serving', 'the service');
    const js = await world.enter(t, 'js', { url });
    const name = fresh('lobby');
    const made = await cpp.obeys('create', name);
    await cpp.obeys('invite', name, js.identity);
    const room = await opened(js, made);
    await cpp.obeys('send', name, 'from inside');
    await js.message(room, 'from inside');
    await room.sendMessage('from outside');
    await cpp.message('from outside');
    await js.client.shutdown(); // before its service ends
  });

  test('interop_invitation_by_cpp', async (t) => {
    const [cpp, js] = await Promise.all([peer(t, 'cpp'), world.enter(t, 'js')]);
    const name = fresh('club');
    const { sid } = await cpp.obeys('create', name);
    assert.equal((await cpp.obeys('invite', name, js.identity)).identity, js.identity);
    const room = await opened(js, { sid });
    assert.equal(room.uniqueName, name);
    assert.equal(room.createdBy, cpp.identity);
    await room.sendMessage('thank you');
    await cpp.message('thank you');
  });

  test('interop_private_channel_in_foreign_hands', async (t) => {
    const [cpp, mallory] = await Promise.all([peer(t, 'cpp'), world.enter(t, 'mallory')]);
    const friend = fresh('friend');
    const name = [cpp.identity, friend].sort().join('#');
    await refused(mallory.client.createConversation({ uniqueName: name }), 403, 50482);
    const group = await mallory.room({ uniqueName: fresh('group') });
    await refused(group.updateUniqueName(name), 403, 50482);
    await cpp.obeys('private', friend);
  });

  test('interop_private_channel_stays_between_two', async (t) => {
    const [cpp, js] = await Promise.all([peer(t, 'cpp'), world.enter(t, 'js')]);
    const { sid } = await cpp.obeys('private', js.identity);
    const room = await opened(js, { sid });
    await refused(room.add(fresh('third')), 403, 50482);
    await refused(room.updateUniqueName('a group'), 403, 50482);
  });

  test('interop_blocked_by_cpp', async (t) => {
    const [cpp, js] = await Promise.all([peer(t, 'cpp'), world.enter(t, 'js')]);
    const { sid } = await cpp.obeys('private', js.identity);
    const direct = await opened(js, { sid });
    const group = await js.room({ uniqueName: fresh('group') });
    await cpp.obeys('block', js.identity);
    await refused(direct.sendMessage('listen'), 403, 50481);
    await refused(group.add(cpp.identity), 403, 50480);
    const phone = await peer(t, 'phone', { as: cpp.identity });
    await phone.obeys('unblock', js.identity); // it is the user that blocks, not the device
    await group.add(cpp.identity);
    await cpp.sees((e) => e.event === 'joined' && e.sid === group.sid, 'the invitation');
    await direct.sendMessage('thank you');
    await cpp.message('thank you');
  });

  test('interop_blocked_js_opens_no_direct_channel', async (t) => {
    const [cpp, js] = await Promise.all([peer(t, 'cpp'), world.enter(t, 'js')]);
    await cpp.obeys('block', js.identity);
    await refused(js.client.createConversation({ uniqueName: directName(cpp, js) }), 403, 50480);
    await opened(js, await cpp.obeys('private', js.identity)); // who blocks is not bound
  });

  test('interop_names_are_taken', async (t) => {
    const [cpp, js] = await Promise.all([peer(t, 'cpp'), world.enter(t, 'js')]);
    const [his, hers] = [fresh('his'), fresh('hers')];
    await js.room({ uniqueName: his });
    assert.equal((await cpp.refuses('conflict', 'create', his)).server_code, 50353);
    await cpp.obeys('create', hers);
    await refused(js.client.createConversation({ uniqueName: hers }), 409, 50353);
    await cpp.refuses('not_found', 'join', fresh('nobody-made-this'));
    await cpp.refuses('not_found', 'join', his); // private: as if there were none
  });

  /** What a program with the official client does: makes the channel, or waits for the other side to add it. */
  const openDirect = async (js, peer, uniqueName) => {
    const made = await js.client.createConversation({ uniqueName }).catch((error) => {
      assert.equal(error.body?.code, 50353, error.message);
    });
    if (made) {
      await made.join();
      await made.add(peer.identity);
    }
    const joined = await js.sees('conversationJoined', (c) => c.uniqueName === uniqueName, { what: uniqueName });
    return opened(js, joined);
  };

  test('interop_direct_channel_from_both_sides', async (t) => {
    const js = await world.enter(t, 'js');
    for (const i of numbers(10)) {
      const cpp = await peer(t, `cpp${i}`);
      const name = directName(cpp, js);
      const [made, room] = await Promise.all([cpp.obeys('private', js.identity), openDirect(js, cpp, name)]);
      assert.equal(made.sid, room.sid);
      await cpp.obeys('send', room.sid, 'from C++');
      await js.message(room, 'from C++');
      await room.sendMessage('from JavaScript');
      await cpp.message('from JavaScript');
      assert.deepEqual(cpp.bodies(room), ['from C++', 'from JavaScript']);
      assert.equal(await room.getParticipantsCount(), 2);
    }
  });

  test('interop_invitation_by_js', async (t) => {
    const [cpp, js] = await Promise.all([peer(t, 'cpp'), world.enter(t, 'js')]);
    const name = fresh('office');
    const room = await js.room({ uniqueName: name, friendlyName: 'Büro' });
    await room.add(cpp.identity);
    const joined = await cpp.sees((e) => e.event === 'joined' && e.channel === name, 'the invitation');
    assert.equal(joined.sid, room.sid);
    await cpp.obeys('send', name, 'present');
    await js.message(room, 'present');
  });

  test('interop_private_channel', async (t) => {
    const [cpp, js] = await Promise.all([peer(t, 'cpp#1'), world.enter(t, 'js 100%')]);
    const made = await cpp.obeys('private', js.identity.replace(/ /g, '_'));
    assert.match(made.sid, /^CH/); // an identity with a blank cannot be named on the line protocol
    const bob = await world.enter(t, 'bob%#');
    const { sid, channel } = await cpp.obeys('private', bob.identity);
    const room = await opened(bob, { sid });
    const escape = (text) => text.replace(/%/g, '%25').replace(/#/g, '%23');
    const names = [cpp.identity, bob.identity].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
    assert.equal(room.uniqueName, names.map(escape).join('#'));
    await room.sendMessage('just us');
    assert.equal((await cpp.message('just us')).channel, channel);
    assert.equal(await room.getParticipantsCount(), 2);
    assert.equal((await cpp.obeys('private', bob.identity)).sid, sid, 'asked again: the same');
  });

  test('interop_unicode_and_attributes', async (t) => {
    const [cpp, js] = await Promise.all([peer(t, 'cpp'), world.enter(t, 'js')]);
    const name = fresh('babel');
    const room = await js.room({ uniqueName: name });
    await cpp.comesTo(room);
    const text = 'Привет 👩‍👩‍👧‍👦 שלום \u2028 "q" \\ e\u0301 \u{10FFFD}';
    await room.sendMessage(text, { ключ: ['значение', 1.5, null] });
    const event = await cpp.message(text);
    const attributes = typeof event.attributes === 'string' ? JSON.parse(event.attributes) : event.attributes;
    assert.deepEqual(attributes, { ключ: ['значение', 1.5, null] });
    await cpp.obeys('send', name, text);
    await js.until(() => js.bodies(room).filter((b) => b === text).length === 2, 'the same text back');
  });

  test('interop_one_order_for_all', async (t) => {
    const [one, two, js] = await Promise.all([peer(t, 'one'), peer(t, 'two'), world.enter(t, 'js')]);
    const name = fresh('crowd');
    const room = await js.room({ uniqueName: name });
    for (const guest of [one, two]) await guest.comesTo(room);
    const EACH = 10;
    const mine = numbers(EACH).map((i) => room.sendMessage(`js ${i}`));
    for (const i of numbers(EACH)) await Promise.all([one.obeys('send', name, `one ${i}`), two.obeys('send', name, `two ${i}`)]);
    await Promise.all(mine);
    await js.receives(room, 3 * EACH);
    const last = js.bodies(room).at(-1);
    await Promise.all([one.message(last), two.message(last)]);
    assert.deepEqual(js.messages(room).map((m) => m.index), numbers(3 * EACH));
    for (const guest of [one, two]) assert.deepEqual(guest.messages(name).map((e) => e.body), js.bodies(room));
  });

  test('interop_cpp_reconnects', async (t) => {
    const relay = await Relay.start(t, world.chatAddress);
    const [cpp, js] = await Promise.all([peer(t, 'cpp', { url: relay.url }), world.enter(t, 'js')]);
    const name = fresh('tunnel');
    const room = await js.room({ uniqueName: name });
    await cpp.comesTo(room);
    await room.sendMessage('before');
    await cpp.message('before');
    relay.cut();
    for (const i of numbers(5)) await room.sendMessage(`missed ${i}`);
    relay.mend();
    await cpp.message('missed 4', 20_000);
    await room.sendMessage('after');
    await cpp.message('after', 20_000);
    assert.deepEqual(cpp.messages(name).map((e) => e.body), ['before', ...numbers(5).map((i) => `missed ${i}`), 'after']);
    await cpp.obeys('send', name, 'back again');
    await js.message(room, 'back again');
  });
});
