// token_server mints what the official helper mints, byte for byte.
import assert from 'node:assert/strict';
import jwt from 'jsonwebtoken';
import { account } from '../support/programs.mjs';
import { helperToken, helperTokenAt, payloadOf } from '../support/tokens.mjs';
import { cases } from '../support/world.mjs';

const IDENTITIES = {
  plain: 'alice',
  mail: 'test@brocoders.com',
  cyrillic: 'Алиса#bob "q" \\ /',
  markup: '</script><b>&amp;',
  'joined emoji': 'a 🧑‍🚀 b\u{1F600}',
  'percent and plus': 'a%2Fb+c d',
  'two code points, one letter': 'e\u0301',
  'longest allowed': 'x'.repeat(256),
};

const json = { 'Content-Type': 'application/json' };
const form = { 'Content-Type': 'application/x-www-form-urlencoded' };

cases('tokens', {}, (world, test) => {
  const post = (path, headers, body) => fetch(world.tokenUrl + path, { method: 'POST', headers, body });
  const mint = async (identity) => (await post('/v1/token', json, JSON.stringify({ user: identity }))).json();

  for (const [name, identity] of Object.entries(IDENTITIES)) {
    test(`token_equals_helper: ${name}`, async () => {
      const { token, ...rest } = await mint(identity);
      const { iat, exp } = payloadOf(token);
      assert.ok(Math.abs(iat - Date.now() / 1000) < 5, 'iat is now');
      assert.deepEqual(rest, { identity, expires_at: exp });
      assert.equal(token, helperTokenAt(iat, () => helperToken(identity, { ttl: 3600 })));
    });
  }

  test('token_verifies_with_jsonwebtoken', async () => {
    const { token } = await mint('alice');
    const rules = { algorithms: ['HS256'], issuer: account.api_key_sid, subject: account.account_sid, complete: true };
    const { header, payload } = jwt.verify(token, account.api_key_secret, rules);
    assert.deepEqual(header, { alg: 'HS256', typ: 'JWT', cty: 'twilio-fpa;v=1' });
    assert.equal(payload.exp - payload.iat, 3600);
    assert.deepEqual(payload.grants, { identity: 'alice', chat: { service_sid: account.chat_service_sid } });
    assert.throws(() => jwt.verify(token, 'another secret', rules), /invalid signature/);
  });

  test('token_reply_is_never_cached', async () => {
    const reply = await post('/v1/token', json, '{"user":"alice"}');
    assert.equal(reply.status, 200);
    assert.match(reply.headers.get('content-type'), /^application\/json/);
    assert.match(reply.headers.get('cache-control'), /no-store/);
  });

  for (const path of ['/v1/token', '/auth', '/auth/']) {
    test(`token_from_form_and_json: ${path}`, async () => {
      for (const [headers, body] of [[form, 'user=al%C3%AFce+b'], [json, '{"user":"alïce b"}']]) {
        const reply = await post(path, headers, body);
        assert.equal(reply.status, 200, `${path} ${body}`);
        assert.equal(payloadOf((await reply.json()).token).grants.identity, 'alïce b');
      }
    });
  }

  test('token_seed_refuses_without_user', async () => {
    for (const path of ['/auth', '/auth/']) {
      const reply = await post(path, json, '{}');
      assert.equal(reply.status, 403);
      assert.equal(await reply.text(), 'Forbidden');
    }
  });

  const refusals = [
    ['no user', 400, () => post('/v1/token', json, '{}')],
    ['empty user', 400, () => post('/v1/token', json, '{"user":""}')],
    ['user is a number', 400, () => post('/v1/token', json, '{"user":{"a":1}}')],
    ['not JSON', 400, () => post('/v1/token', json, '{"user":')],
    ['identity too long', 400, () => post('/v1/token', json, JSON.stringify({ user: 'x'.repeat(257) }))],
    ['identity with a control character', 400, () => post('/v1/token', json, '{"user":"a\\u0001b"}')],
    ['identity that turns the line', 400, () => post('/v1/token', json, '{"user":"a\\u202eb"}')],
    ['identity with a line separator', 400, () => post('/v1/token', json, '{"user":"a\\u2028b"}')],
    ['identity like a user SID', 400, () => post('/v1/token', json, `{"user":"US${'0d'.repeat(16)}"}`)],
    ['reserved identity', 400, () => post('/v1/token', json, '{"user":"system"}')],
    ['identity is not UTF-8', 400, () => post('/v1/token', json, Buffer.from('{"user":"\xff"}', 'latin1'))],
    ['form is not UTF-8', 400, () => post('/v1/token', form, 'user=%ff')],
    ['no such page', 404, () => post('/v1/nothing', json, '{"user":"alice"}')],
    ['GET', 405, () => fetch(`${world.tokenUrl}/v1/token`)],
    ['media type', 415, () => post('/v1/token', { 'Content-Type': 'text/plain' }, 'user=alice')],
  ];
  for (const [name, status, request] of refusals) {
    test(`token_refusal: ${name}`, async () => {
      const reply = await request();
      const text = await reply.text();
      assert.equal(reply.status, status, text);
      assert.equal(typeof JSON.parse(text), 'object', 'the error is JSON');
      assert.ok(!text.includes(account.api_key_secret));
    });
  }

  test('development_is_for_this_machine_alone', async () => {
    const foreign = [
      { 'X-Forwarded-For': '203.0.113.7' }, { Forwarded: 'for=203.0.113.7' }, { 'X-Real-IP': '203.0.113.7' },
      { Via: '1.1 proxy' }, { Origin: 'https://app.example.com' }, { 'Sec-Fetch-Site': 'cross-site' },
    ];
    for (const header of foreign) {
      const reply = await post('/v1/token', { ...json, ...header }, '{"user":"alice"}');
      assert.equal(reply.status, 403, JSON.stringify(header));
    }
    for (const header of [{ Origin: 'http://localhost:3000' }, { Origin: 'http://127.0.0.1' }])
      assert.equal((await post('/v1/token', { ...json, ...header }, '{"user":"alice"}')).status, 200);
    assert.match(world.tokenServer.everything(), /DEVELOPMENT: callers are not authenticated/);
  });

  test('token_server_is_healthy', async () => {
    assert.equal((await fetch(`${world.tokenUrl}/healthz`)).status, 200);
  });
});
