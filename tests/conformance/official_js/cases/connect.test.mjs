// Coming in, being refused, going away.
import assert from 'node:assert/strict';
import { official } from '../support/official.mjs';
import { account } from '../support/programs.mjs';
import { REFUSED } from '../support/refused_tokens.mjs';
import { goodBody, goodHead, helperToken, sign } from '../support/tokens.mjs';
import { cases, fresh, versions } from '../support/world.mjs';

cases('connect', { concurrency: 8, versions }, (world, test) => {
  test('connect_init', async (t) => {
    const alice = await world.enter(t, 'alice');
    const { client } = alice;
    assert.deepEqual(alice.all('connectionStateChanged'), ['connecting', 'connected']);
    assert.deepEqual(alice.all('stateChanged'), ['initialized']);
    assert.equal(alice.count('initialized'), 1);
    assert.equal(client.connectionState, 'connected');
    assert.equal(client.version, world.version);
    assert.equal(client.user.identity, alice.identity);
    assert.equal(client.user.friendlyName, alice.identity, 'a new user is called as its identity');
    assert.deepEqual(client.user.attributes, {});
    assert.equal(typeof client.reachabilityEnabled, 'boolean');
    const page = await client.getSubscribedConversations();
    assert.deepEqual([page.items, page.hasNextPage, page.hasPrevPage], [[], false, false]);
  });

  test('connect_deprecated_create', async (t) => {
    const { Client } = await official(world.version);
    const identity = fresh('alice');
    const options = { Twilsock: { uri: world.chatUrl } };
    const client = await Client.create(await world.token(identity), options);
    t.after(() => client.shutdown());
    assert.equal(client.user.identity, identity);
    assert.equal(client.connectionState, 'connected');
    assert.deepEqual((await client.getSubscribedConversations()).items, []);
  });

  for (const [name, code, token] of REFUSED) {
    test(`connect_${name}`, async (t) => {
      const alice = await world.appear(t, 'alice', { token: token(fresh('alice')) });
      const error = await alice.sees('connectionError');
      await alice.reports('denied');
      await alice.sees('initFailed');
      assert.equal(error.errorCode, code, error.message);
      assert.equal(error.httpStatusCode, 401);
      assert.equal(error.terminal, true);
      assert.match(error.message, /^Connection error: .{5,}/, 'it says why');
      assert.ok(!error.message.includes(account.api_key_secret));
      assert.deepEqual([...new Set(alice.all('stateChanged'))], ['failed']);
      assert.equal(alice.count('tokenExpired'), code === 20104 ? 1 : 0);
      assert.equal(alice.count('connectionError'), 1, 'no retry');
    });
  }

  test('connect_again_after_a_refusal', async (t) => {
    const alice = await world.appear(t, 'alice', { token: helperToken('nobody', { api_key_secret: 'x' }) });
    await alice.reports('denied');
    const back = await world.enter(t, 'alice');
    assert.equal(back.client.connectionState, 'connected');
  });

  test('connect_helper_token', async (t) => {
    const identity = fresh('Алиса "q" \\ /');
    const alice = await world.enter(t, 'alice', { token: helperToken(identity), as: identity });
    assert.equal(alice.client.user.identity, identity);
  });

  test('connect_old_grant_name', async (t) => {
    const identity = fresh('alice');
    const grants = { identity, ip_messaging: { service_sid: account.chat_service_sid } };
    const token = sign(goodHead(), { ...goodBody(identity), grants });
    const alice = await world.enter(t, 'alice', { token, as: identity });
    assert.equal(alice.client.user.identity, identity);
  });

  test('connect_twice_with_one_token', async (t) => {
    const identity = fresh('alice');
    const token = await world.token(identity);
    const one = await world.enter(t, 'one', { as: identity, token });
    const two = await world.enter(t, 'two', { as: identity, token });
    const room = await one.room();
    await two.joined(room);
    await room.sendMessage('from one');
    await two.message(room, 'from one');
    assert.equal(one.client.connectionState, 'connected');
  });

  test('shutdown', async (t) => {
    const alice = await world.enter(t, 'alice');
    const bob = await world.enter(t, 'bob');
    const room = await bob.room({}, alice);
    await alice.client.shutdown();
    await alice.state('disconnected');
    const mark = alice.mark();
    await room.sendMessage('to an empty chair');
    await bob.message(room, 'to an empty chair');
    await bob.barrier();
    assert.deepEqual(alice.events.slice(mark).filter((e) => e.event !== 'connectionStateChanged'), []);
    assert.equal(alice.count('connectionStateChanged', (s) => s === 'connecting'), 1, 'no reconnect');
  });

  test('reachability', async (t) => {
    const alice = await world.enter(t, 'alice');
    if (!alice.client.reachabilityEnabled) return t.skip('the service has switched reachability off');
    const bob = await world.enter(t, 'bob');
    const user = await alice.client.getUser(bob.identity);
    const online = (wanted) => alice.until(() => user.isOnline === wanted, `isOnline ${wanted}`);
    await online(true);
    await bob.client.shutdown();
    await online(false);
    await world.enter(t, 'bob', { as: bob.identity });
    await online(true);
    const seen = alice.all('userUpdated', (u) => u.user.identity === bob.identity).flatMap((u) => u.updateReasons);
    assert.ok(seen.filter((reason) => reason === 'reachabilityOnline').length >= 2);
  });
});
