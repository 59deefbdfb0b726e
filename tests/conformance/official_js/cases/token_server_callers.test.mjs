// Whoever proves who they are gets a token that the official client comes in with; nobody else does.
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { Issuer, newKey } from '../support/issuer.mjs';
import { TokenSite } from '../support/token_site.mjs';
import { payloadOf } from '../support/tokens.mjs';
import { group } from '../support/world.mjs';

const CHALLENGE = 'Bearer realm="token_server"';

class CallersSite extends TokenSite {
  static async start() {
    const issuer = await Issuer.start();
    const site = await TokenSite.start((s) => ({
      callers: [
        { type: 'backend_keys', keys: [s.backend('shop'), s.backend('tenant', { identities: ['tenant-*', 'support'] })] },
        { type: 'users' },
        issuer.caller(),
      ],
    }));
    await site.startChat();
    return Object.assign(site, { issuer });
  }
  async stop() {
    await this.issuer.stop();
    await super.stop();
  }
  /** Asks as somebody whom the issuer knows. */
  exchange(bearer, json = {}, from) {
    this.secrets.keepToken('an ID token', bearer);
    return this.ask('/v1/token', { json, bearer, from });
  }
}

group('token_server: callers', { world: new CallersSite(), start: () => CallersSite.start() }, (site, test) => {
  /** The official client comes in with it, as this person. */
  const connects = async (t, identity, token) => {
    const device = await site.enter(t, identity, token);
    assert.equal(device.client.user.identity, identity);
    const room = await device.room();
    await room.sendMessage('hello');
    await device.message(room, 'hello');
  };
  const refused = async (reply, status = 401) => {
    assert.equal(reply.status, status, reply.text);
    assert.equal(reply.headers.get('www-authenticate'), status === 401 ? CHALLENGE : null);
    assert.match(reply.headers.get('cache-control'), /no-store/);
    assert.deepEqual(Object.keys(reply.body), ['status', 'code', 'message']);
    assert.equal(reply.body.status, status);
    assert.equal(reply.body.code, status === 401 ? 20401 : 20003, reply.text);
    assert.ok(!reply.text.includes('"token"'));
  };

  test('backend_key_connects', async (t) => {
    const identity = site.person();
    const reply = await site.gets('/v1/token', { json: { identity }, bearer: site.keys.shop });
    assert.deepEqual(Object.keys(reply), ['token', 'identity', 'expires_at'], 'no session: the back end has its key');
    await connects(t, identity, reply.token);
  });

  test('user_connects_after_login_and_after_refresh', async (t) => {
    const { user, password } = await site.newUser();
    const login = await site.login(user, password);
    assert.equal(login.status, 200, login.text);
    assert.deepEqual(Object.keys(login.body), ['token', 'identity', 'expires_at', 'refresh_token', 'refresh_expires_at']);
    await connects(t, user, login.body.token);
    const again = await site.refresh(login.body.refresh_token);
    assert.equal(again.status, 200, again.text);
    assert.equal(again.body.identity, user);
    await connects(t, user, again.body.token);
  });

  for (const alg of ['RS256', 'ES256']) {
    test(`oidc_connects: ${alg}`, async (t) => {
      const identity = site.person();
      const { status, body, text } = await site.exchange(site.issuer.token(identity, { alg }));
      assert.equal(status, 200, text);
      assert.equal(body.identity, identity);
      await connects(t, identity, body.token);
      const again = await site.refresh(body.refresh_token);
      assert.equal(again.status, 200, again.text);
      assert.deepEqual([again.body.identity, payloadOf(again.body.token).grants.identity], [identity, identity]);
    });
  }

  test('oidc_caller_gets_nobody_elses_token', async () => {
    const identity = site.person();
    await refused(await site.exchange(site.issuer.token(identity), { user: site.person('mallory') }), 403);
    const own = await site.exchange(site.issuer.token(identity), { user: identity });
    assert.equal(own.status, 200, own.text);
  });

  test('backend_key_is_held_to_its_identities', async () => {
    const ask = (identity) => site.ask('/v1/token', { json: { identity }, bearer: site.keys.tenant });
    for (const identity of ['tenant-', 'tenant-alice', 'support']) assert.equal((await ask(identity)).status, 200);
    for (const identity of ['tenant', 'Tenant-alice', 'supporter', 'xtenant-alice', '*'])
      await refused(await ask(identity), 403);
  });

  const nobody = {
    'no header': () => ({}),
    'another scheme': () => ({ headers: { Authorization: `Basic ${site.keys.shop}` } }),
    'an empty credential': () => ({ headers: { Authorization: 'Bearer ' } }),
    'an unknown key': () => ({ bearer: 'pk_unknown' }),
    'a key cut off': () => ({ bearer: site.keys.shop.slice(0, -1) }),
    'a key with more behind it': () => ({ bearer: `${site.keys.shop}x` }),
    'the SHA-256 of a key': () => ({ bearer: site.section.callers[0].keys[0].sha256 }),
    'the key in the query': () => ({ path: `/v1/token?access_token=${site.keys.shop}` }),
    'two keys': () => ({ headers: { Authorization: `Bearer ${site.keys.shop} ${site.keys.tenant}` } }),
    'the secret of the account': () => ({ bearer: site.accounts[0].api_key_secret }),
  };
  for (const [name, request] of Object.entries(nobody)) {
    test(`nobody_with ${name}`, async () => {
      const { path = '/v1/token', ...rest } = request();
      await refused(await site.ask(path, { json: { user: site.person() }, ...rest }));
    });
  }

  test('access_token_is_no_credential', async () => {
    const { token } = await site.gets('/v1/token', { json: { user: site.person() }, bearer: site.keys.shop });
    await refused(await site.ask('/v1/token', { json: {}, bearer: token }));
  });

  const now = () => Math.floor(Date.now() / 1000);
  const foreign = {
    'another audience': { aud: 'another-app' },
    'no audience': { aud: undefined },
    'another issuer': { iss: 'https://id.example.com' },
    'expired': () => ({ iat: now() - 900, exp: now() - 600 }),
    'no expiry': { exp: undefined },
    'not valid yet': () => ({ nbf: now() + 600 }),
    'no subject': { sub: undefined },
    'a subject that is a number': { sub: 7 },
    'keys nobody published': () => ({ key: newKey('RS256') }),
    "another key under a published key's name": () => {
      const key = newKey('RS256');
      key.jwk.kid = site.issuer.keys.RS256.jwk.kid;
      return { key };
    },
    'its own key in the header': () => {
      const key = newKey('ES256');
      return { alg: 'ES256', key, head: { jwk: key.jwk, kid: undefined } };
    },
    'a critical extension nobody knows': { head: { crit: ['exp'] } },
    'the algorithm of the other key': () => ({ head: { alg: 'ES256' } }),
    'a critical b64': { head: { crit: ['b64'], b64: false } },
  };
  for (const [name, change] of Object.entries(foreign)) {
    test(`oidc_refuses ${name}`, async () => {
      const token = site.issuer.token(site.person(), typeof change === 'function' ? change() : change);
      await refused(await site.exchange(token));
    });
  }

  test('oidc_refuses_none_and_hmac_with_the_public_key', async () => {
    const [head, payload] = site.issuer.token(site.person()).split('.');
    const { kid } = site.issuer.keys.RS256.jwk;
    const header = (alg) => Buffer.from(JSON.stringify({ alg, typ: 'JWT', kid })).toString('base64url');
    await refused(await site.exchange(`${header('none')}.${payload}.`));
    await refused(await site.exchange(`${head}.${payload}.`));
    const text = `${header('HS256')}.${payload}`;
    for (const secret of [site.issuer.keys.RS256.jwk.n, JSON.stringify(site.issuer.keys.RS256.jwk)])
      await refused(await site.exchange(`${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`));
  });

  test('oidc_follows_new_keys', async (t) => {
    const issuer = await Issuer.start(t);
    const other = await TokenSite.forCase(t, () => ({ callers: [issuer.caller()] }));
    const old = issuer.keys.ES256;
    const ask = (options) => {
      const bearer = other.secrets.keepToken('an ID token', issuer.token(other.person(), { alg: 'ES256', ...options }));
      return other.ask('/v1/token', { json: {}, bearer });
    };
    assert.equal((await ask()).status, 200);
    issuer.rotate();
    assert.equal((await ask()).status, 200, 'a key it did not know is looked up');
    assert.equal((await ask({ key: old })).status, 401, 'a key that is not published any more');
    assert.equal((await ask({ key: newKey('ES256') })).status, 401);
    assert.ok(issuer.asked <= 3, `unknown keys make no storm: asked ${issuer.asked} times`);
  });

  test('oidc_says_when_to_come_back_while_the_issuer_is_down', async (t) => {
    const issuer = await Issuer.start(t);
    issuer.down = true;
    const other = await TokenSite.forCase(t, (s) => ({
      callers: [issuer.caller(), { type: 'backend_keys', keys: [s.backend('shop')] }],
    }));
    const bearer = other.secrets.keepToken('an ID token', issuer.token(other.person()));
    const reply = await other.ask('/v1/token', { json: {}, bearer });
    assert.equal(reply.status, 503, reply.text);
    assert.match(reply.headers.get('retry-after'), /^[1-9]\d*$/);
    assert.equal((await other.ask('/v1/token', { json: { user: other.person() }, bearer: other.keys.shop })).status, 200);
    assert.equal((await other.ask('/readyz', { method: 'GET' })).status, 200);
  });
});
