// Coming in, being refused, going away.
import assert from 'node:assert/strict';
import { Client } from '../support/official.mjs';
import { account } from '../support/programs.mjs';
import { goodBody, goodHead, helperToken, part, sign, signText } from '../support/tokens.mjs';
import { cases, fresh } from '../support/world.mjs';

const REFUSED = [
  ['connect_bad_signature', 20107, (id) => helperToken(id, { api_key_secret: 'not the secret' })],
  ['connect_signature_cut_off', 20107, (id) => helperToken(id).slice(0, -3)],
  ['connect_payload_changed', 20107, (id) => {
    const [head, , signature] = helperToken(id).split('.');
    return [head, helperToken('mallory').split('.')[1], signature].join('.');
  }],
  ['connect_expired_token', 20104, (id) => helperToken(id, { ttl: -10 })],
  ['connect_no_expiry', 20104, (id) => sign(goodHead(), { ...goodBody(id), exp: undefined })],
  ['connect_expiry_is_text', 20104, (id) => sign(goodHead(), { ...goodBody(id), exp: 'tomorrow' })],
  ['connect_life_above_a_day', 20157, (id) => helperToken(id, { ttl: 86_500 })],
  ['connect_not_yet_valid', 20105, (id) => helperToken(id, { nbf: Math.floor(Date.now() / 1000) + 600 })],
  ['connect_garbage_token', 20101, () => 'garbage'],
  ['connect_garbage_in_three_parts', 20101, () => '!!!.???.***'],
  ['connect_identity_is_not_utf8', 20101, () => {
    const payload = Buffer.from(JSON.stringify(goodBody('a?b')).replace('a?b', 'a\xffb'), 'latin1').toString('base64url');
    return signText(`${part(goodHead())}.${payload}`);
  }],
  ['connect_alg_none', 20102, (id) => sign({ ...goodHead(), alg: 'none' }, goodBody(id)).replace(/[^.]*$/, '')],
  ['connect_alg_none_with_signature', 20102, (id) => sign({ ...goodHead(), alg: 'none' }, goodBody(id))],
  ['connect_alg_hs512', 20102, (id) => sign({ ...goodHead(), alg: 'HS512' }, goodBody(id), { hash: 'sha512' })],
  ['connect_not_an_access_token', 20102, (id) => sign({ alg: 'HS256', typ: 'JWT' }, goodBody(id))],
  ['connect_no_chat_grant', 20106, (id) => helperToken(id, { grant: false })],
  ['connect_foreign_service', 20106, (id) => helperToken(id, { chat_service_sid: 'IS' + '9'.repeat(32) })],
  ['connect_no_identity', 20106, (id) => sign(goodHead(), { ...goodBody(id), grants: { chat: { service_sid: account.chat_service_sid } } })],
  ['connect_empty_identity', 20106, () => sign(goodHead(), goodBody(''))],
  ['connect_foreign_account', 20103, (id) => helperToken(id, { account_sid: 'AC' + '9'.repeat(32) })],
  ['connect_unknown_key', 20103, (id) => helperToken(id, { api_key_sid: 'SK' + '9'.repeat(32) })],
];

cases('connect', { concurrency: 8 }, (world, test) => {
  test('connect_init', async (t) => {
    const alice = await world.enter(t, 'alice');
    const { client } = alice;
    assert.deepEqual(alice.all('connectionStateChanged'), ['connecting', 'connected']);
    assert.deepEqual(alice.all('stateChanged'), ['initialized']);
    assert.equal(alice.count('initialized'), 1);
    assert.equal(client.connectionState, 'connected');
    assert.equal(client.version, '3.0.1');
    assert.equal(client.user.identity, alice.identity);
    assert.equal(client.user.friendlyName, alice.identity, 'a new user is called as its identity');
    assert.deepEqual(client.user.attributes, {});
    assert.equal(typeof client.reachabilityEnabled, 'boolean');
    const page = await client.getSubscribedConversations();
    assert.deepEqual([page.items, page.hasNextPage, page.hasPrevPage], [[], false, false]);
  });

  test('connect_deprecated_create', async (t) => {
    const identity = fresh('alice');
    const options = { Twilsock: { uri: world.chatUrl } };
    const client = await Client.create(await world.token(identity), options);
    t.after(() => client.shutdown());
    assert.equal(client.user.identity, identity);
    assert.equal(client.connectionState, 'connected');
    assert.deepEqual((await client.getSubscribedConversations()).items, []);
  });

  for (const [name, code, token] of REFUSED) {
    test(name, async (t) => {
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
