// Tokens end while clients are connected. These cases live in real time: tokens of a few seconds.
import assert from 'node:assert/strict';
import { before } from 'node:test';
import { stretched, untilTime, within } from '../../official_js/support/deadline.mjs';
import { tolerateRejections } from '../../official_js/support/tolerate.mjs';
import { helperToken, payloadOf } from '../../official_js/support/tokens.mjs';
import { fresh } from '../../official_js/support/world.mjs';
import { cases } from '../support/older_world.mjs';

/** Long enough for what comes before the end on a busy machine. */
const LIFE_S = 16;

// A client that is sent away while it loads something leaves that request behind as a rejection.
before(() => tolerateRejections((reason) => /^Twilsock: request timeout/.test(reason?.message)));

cases('token life', (cast, test) => {
  const shortLived = async (t, ttl) => {
    const identity = fresh('alice');
    const token = helperToken(identity, { ttl: stretched(ttl) });
    const alice = await cast.enter(t, 'alice', { as: identity, token });
    return { alice, expiry: payloadOf(token).exp };
  };
  /** Never the same text as the token in use: the client ignores a token that it already has. */
  const another = (identity) => helperToken(identity, { ttl: 3601 });

  test('about_to_expire_and_update', async (t) => {
    const { alice, expiry } = await shortLived(t, LIFE_S);
    const room = await alice.room();
    await alice.sees('tokenAboutToExpire', undefined, { ms: 2 * LIFE_S * 1000 });
    assert.ok(Date.now() / 1000 < expiry, 'in time');
    await within(alice.client.updateToken(another(alice.identity)), 'the new token to be taken');
    await untilTime(expiry + 1);
    await room.sendMessage('alive');
    await alice.message(room, 'alive');
    assert.equal(alice.count('connectionStateChanged', (s) => s !== 'connected' && s !== 'connecting'), 0, 'the same connection');
    assert.deepEqual([alice.count('tokenExpired'), alice.count('tokenAboutToExpire')], [0, 1]);
  });

  test('expired', async (t) => {
    const { alice, expiry } = await shortLived(t, LIFE_S);
    const bob = await cast.enter(t, 'bob');
    const room = await alice.room({}, bob);
    await alice.sees('tokenExpired', undefined, { ms: 2 * LIFE_S * 1000 });
    assert.ok(Date.now() / 1000 >= expiry - 0.1, 'not before its end');
    await alice.state('disconnected');
    await (await bob.joined(room)).sendMessage('while away');
    await bob.message(room, 'while away');
    assert.equal(alice.count('messageAdded'), 0);
    await within(alice.client.updateToken(another(alice.identity)), 'the new token to be taken', 20_000);
    await alice.message(room, 'while away', { ms: 20_000 });
    await room.sendMessage('back');
    await bob.message(room, 'back');
    await alice.barrier();
    assert.deepEqual(alice.bodies(room), ['while away', 'back']);
  });

  test('update_bad', async (t) => {
    const alice = await cast.enter(t, 'alice');
    const forged = helperToken(alice.identity, { api_key_secret: 'forged' });
    const error = await within(alice.client.updateToken(forged).then(() => undefined, (reason) => reason), 'a rejection');
    assert.ok(error, 'the client must say that the token was refused');
    await alice.state('denied');
    await within(alice.client.updateToken(another(alice.identity)), 'a good token to be taken');
    await alice.state('connected');
    await alice.barrier();
  });
}, { concurrency: 9 });
