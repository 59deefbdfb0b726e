// Users and who is typing.
import assert from 'node:assert/strict';
import { numbers, refused } from '../support/expect.mjs';
import { cases, fresh, versions } from '../support/world.mjs';

cases('users', { concurrency: 8, versions }, (world, test) => {
  const people = (t, ...names) => Promise.all(names.map((name) => world.enter(t, name)));

  test('user_update', async (t) => {
    const [alice, bob] = await people(t, 'alice', 'bob');
    const seen = await alice.client.getUser(bob.identity);
    assert.equal(seen.identity, bob.identity);
    assert.equal(seen.friendlyName, bob.identity);
    assert.deepEqual(seen.attributes, {});
    assert.equal(seen.isSubscribed, true);
    await alice.sees('userSubscribed', (user) => user.identity === bob.identity);

    const mark = alice.mark();
    const update = (reason) => alice.sees('userUpdated',
      (u) => u.user.identity === bob.identity && u.updateReasons.includes(reason), { since: mark, what: reason });
    await bob.client.user.updateFriendlyName('Боб 🙂');
    await update('friendlyName');
    assert.equal(seen.friendlyName, 'Боб 🙂');
    await bob.client.user.updateAttributes({ colour: ['red'] });
    await update('attributes');
    assert.deepEqual(seen.attributes, { colour: ['red'] });
    await bob.barrier();
    assert.equal(bob.client.user.friendlyName, 'Боб 🙂');
    const known = (await alice.client.getSubscribedUsers()).map((user) => user.identity).sort();
    assert.deepEqual(known, [alice.identity, bob.identity].sort());
  });

  test('user_persisted', async (t) => {
    const [bob] = await people(t, 'bob');
    await bob.client.user.updateFriendlyName('kept');
    await bob.client.user.updateAttributes({ kept: true });
    await bob.client.shutdown();
    const again = await world.enter(t, 'again', { as: bob.identity });
    assert.equal(again.client.user.friendlyName, 'kept');
    assert.deepEqual(again.client.user.attributes, { kept: true });
  });

  test('user_unsubscribe', async (t) => {
    const [alice, bob] = await people(t, 'alice', 'bob');
    const user = await alice.client.getUser(bob.identity);
    await user.unsubscribe();
    await alice.sees('userUnsubscribed', (u) => u.identity === bob.identity);
    await bob.client.user.updateFriendlyName('unseen');
    await bob.barrier();
    await alice.barrier();
    assert.equal(alice.count('userUpdated', (u) => u.user.identity === bob.identity && u.updateReasons.includes('friendlyName')
      && u.user.friendlyName === 'unseen'), 0);
    assert.equal((await alice.client.getUser(bob.identity)).friendlyName, 'unseen');
  });

  test('push_registration', async (t) => {
    const [alice, bob] = await people(t, 'alice', 'bob');
    const user = await alice.client.getUser(bob.identity);
    const notifiable = (wanted) => alice.until(() => user.isNotifiable === wanted, `isNotifiable ${wanted}`);
    assert.equal(user.isNotifiable, false);
    await bob.client.setPushRegistrationId('fcm', `device of ${bob.identity}`);
    await notifiable(true);
    const reasons = alice.all('userUpdated', (u) => u.user.identity === bob.identity).flatMap((u) => u.updateReasons);
    assert.ok(reasons.includes('reachabilityNotifiable'), reasons.join());
    await bob.client.unsetPushRegistrationId('fcm');
    await notifiable(false);
    await bob.client.setPushRegistrationId('fcm', `other device of ${bob.identity}`);
    await notifiable(true);
    await bob.client.removePushRegistrations('fcm', `other device of ${bob.identity}`);
    await notifiable(false);
  });

  test('push_registration_stays_after_the_connection', async (t) => {
    const [alice, bob] = await people(t, 'alice', 'bob');
    const user = await alice.client.getUser(bob.identity);
    await bob.client.setPushRegistrationId('apn', `device of ${bob.identity}`);
    await alice.until(() => user.isNotifiable, 'isNotifiable');
    await bob.client.shutdown();
    await alice.until(() => user.isOnline === false, 'bob to be offline');
    assert.equal(user.isNotifiable, true);
  });

  test('error_unknown_user', async (t) => {
    const [alice] = await people(t, 'alice');
    await refused(alice.client.getUser(fresh('nobody')), 404, 50200);
  });

  test('error_foreign_user', async (t) => {
    const [alice, bob] = await people(t, 'alice', 'bob');
    const user = await alice.client.getUser(bob.identity);
    await refused(user.updateFriendlyName('stolen'), 403, 50107);
    await refused(user.updateAttributes({ stolen: true }), 403, 50107);
    assert.equal(bob.client.user.friendlyName, bob.identity);
  });

  test('typing', async (t) => {
    const [alice, bob, carol] = await people(t, 'alice', 'bob', 'carol');
    const room = await alice.room({}, bob, carol);
    const other = await alice.room({}, bob);
    const bobs = await bob.joined(room);
    await bobs.typing();
    const byBob = (p) => p.identity === bob.identity && p.conversation.sid === room.sid;
    for (const device of [alice, carol]) {
      const participant = await device.sees('typingStarted', byBob);
      assert.equal(participant.isTyping, true);
    }
    await bobs.sendMessage('typed');
    for (const device of [alice, carol]) {
      const participant = await device.sees('typingEnded', byBob);
      assert.equal(participant.isTyping, false);
    }
    await alice.barrier();
    assert.equal(alice.count('typingStarted', (p) => p.conversation.sid === other.sid), 0, 'only where it was typed');
    assert.equal(bob.count('typingStarted'), 0, 'not to the one who types');
  });

  test('typing_ends_by_itself', async (t) => {
    const [alice, bob] = await people(t, 'alice', 'bob');
    const room = await alice.room({}, bob);
    await (await bob.joined(room)).typing();
    await alice.sees('typingStarted');
    await alice.sees('typingEnded', undefined, { ms: 15_000 });
  });

  test('typing_is_throttled_by_the_client', async (t) => {
    const [alice, bob] = await people(t, 'alice', 'bob');
    const room = await alice.room({}, bob);
    const bobs = await bob.joined(room);
    await bobs.typing();
    await alice.sees('typingStarted');
    for (const _ of numbers(10)) await bobs.typing();
    await bobs.sendMessage('done');
    await alice.message(room, 'done');
    assert.equal(alice.count('typingStarted'), 1);
  });

  test('error_typing_stranger', async (t) => {
    const [alice] = await people(t, 'alice');
    const made = await alice.client.createConversation();
    await refused(made.typing(), 403, 50430);
  });

  test('content_templates_empty', async (t) => {
    const [alice] = await people(t, 'alice');
    assert.deepEqual([...(await alice.client.getContentTemplates())], []);
  });
});
