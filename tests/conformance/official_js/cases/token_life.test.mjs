// Tokens end while clients are connected. These cases live in real time: tokens of a few seconds.
import assert from 'node:assert/strict';
import { stretched, untilTime, within } from '../support/deadline.mjs';
import { helperToken, payloadOf } from '../support/tokens.mjs';
import { cases, fresh, versions } from '../support/world.mjs';

cases('token life', { concurrency: 8, versions }, (world, test) => {
  const shortLived = async (t, ttl) => {
    const identity = fresh('alice');
    const token = helperToken(identity, { ttl: stretched(ttl) });
    const alice = await world.enter(t, 'alice', { as: identity, token });
    return { alice, expiry: payloadOf(token).exp };
  };
  /** Never the same text as the token in use: the client ignores a token that it already has. */
  const another = (identity) => helperToken(identity, { ttl: 3601 });
  const rejection = async (promise) => {
    try {
      await within(promise, 'a rejection');
    } catch (error) {
      return error;
    }
    assert.fail('expected a rejection');
  };

  test('token_about_to_expire_and_update', async (t) => {
    const { alice, expiry } = await shortLived(t, 9);
    const room = await alice.room();
    await alice.sees('tokenAboutToExpire');
    assert.ok(Date.now() / 1000 < expiry, 'in time');
    await alice.client.updateToken(await world.token(alice.identity));
    await untilTime(expiry + 1);
    await room.sendMessage('alive');
    await alice.message(room, 'alive');
    assert.deepEqual(alice.all('connectionStateChanged'), ['connecting', 'connected'], 'the same connection');
    assert.equal(alice.count('tokenExpired'), 0);
    assert.equal(alice.count('tokenAboutToExpire'), 1, 'the new token is far from its end');
  });

  test('token_updated_twice', async (t) => {
    const { alice } = await shortLived(t, 8);
    for (const round of [1, 2]) {
      await alice.until(() => alice.count('tokenAboutToExpire') === round, `notice ${round}`);
      await within(alice.client.updateToken(helperToken(alice.identity, { ttl: stretched(8 + round) })), 'the new token to be accepted');
    }
    await alice.until(() => alice.count('tokenAboutToExpire') === 3, 'notice 3');
    assert.deepEqual(alice.all('connectionStateChanged'), ['connecting', 'connected']);
  });

  test('long_token_is_not_about_to_expire', async (t) => {
    const alice = await world.enter(t, 'alice');
    const { alice: brief } = await shortLived(t, 8);
    await brief.sees('tokenAboutToExpire');
    await alice.barrier();
    assert.equal(alice.count('tokenAboutToExpire'), 0);
  });

  test('token_expires', async (t) => {
    const { alice, expiry } = await shortLived(t, 8);
    const bob = await world.enter(t, 'bob');
    const room = await alice.room({}, bob);
    await alice.sees('tokenExpired');
    assert.ok(Date.now() / 1000 >= expiry - 0.1, 'not before its end');
    assert.equal(alice.count('tokenAboutToExpire'), 1);
    await alice.reports('disconnected');
    await (await bob.joined(room)).sendMessage('while away');
    await bob.message(room, 'while away');
    assert.equal(alice.count('messageAdded'), 0);

    await alice.client.updateToken(await world.token(alice.identity));
    await alice.message(room, 'while away');
    await room.sendMessage('back');
    await bob.message(room, 'back');
    await alice.barrier();
    assert.deepEqual(alice.bodies(room), ['while away', 'back']);
    assert.equal(alice.count('conversationLeft'), 0);
  });

  test('update_token_bad', async (t) => {
    const alice = await world.enter(t, 'alice');
    const error = await rejection(alice.client.updateToken(helperToken(alice.identity, { api_key_secret: 'forged' })));
    assert.equal(error.reply.status.code, 401);
    assert.equal(error.reply.status.errorCode, 20107);
    await alice.reports('denied');
    const report = await alice.sees('connectionError');
    assert.equal(report.terminal, true);
    assert.equal(report.errorCode, 20107);

    const mark = alice.mark();
    await alice.client.updateToken(another(alice.identity));
    await alice.reports('connected', { since: mark });
    await alice.barrier();
  });

  test('update_token_expired', async (t) => {
    const alice = await world.enter(t, 'alice');
    const error = await rejection(alice.client.updateToken(helperToken(alice.identity, { ttl: -5 })));
    assert.equal(error.reply.status.errorCode, 20104);
    await alice.reports('denied');
    await alice.sees('tokenExpired');
  });

  test('update_token_other_identity', async (t) => {
    const alice = await world.enter(t, 'alice');
    const error = await rejection(alice.client.updateToken(await world.token(fresh('mallory'))));
    assert.equal(error.reply.status.code, 403);
    await alice.reports('denied');
    const mark = alice.mark();
    await alice.client.updateToken(another(alice.identity));
    await alice.reports('connected', { since: mark });
    assert.equal(alice.client.user.identity, alice.identity);
    await alice.barrier();
  });

  test('update_token_other_service', async (t) => {
    const alice = await world.enter(t, 'alice');
    const token = helperToken(alice.identity, { chat_service_sid: 'IS' + '9'.repeat(32) });
    const error = await rejection(alice.client.updateToken(token));
    assert.equal(error.reply.status.code, 401);
    await alice.reports('denied');
  });
});
