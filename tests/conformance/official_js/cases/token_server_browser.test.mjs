// What web pages meet: preflights, shared answers, the React demo's GET, limits.
import assert from 'node:assert/strict';
import axios from 'axios';
import { TokenSite } from '../support/token_site.mjs';
import { payloadOf } from '../support/tokens.mjs';
import { group } from '../support/world.mjs';

const PAGE = 'https://app.example.com';
const DEV_PAGE = 'http://localhost:3000';
const open = (site) => ({
  callers: [
    { type: 'backend_keys', keys: [site.backend('shop'), site.backend('slow', { requests_per_minute: 6 })] },
    { type: 'users' },
  ],
  cors: { allowed_origins: [PAGE, DEV_PAGE] },
  get_with_password: true,
  limits: { requests_per_minute_per_identity: 60, requests_per_minute_per_address: 120 },
});

group('token_server: browser', { world: new TokenSite(), start: () => TokenSite.start(open) }, (site, test) => {
  let addresses = 0;
  const home = () => `10.8.0.${(addresses += 1)}`;
  const preflight = (path, origin, headers = {}) => site.ask(path, {
    method: 'OPTIONS',
    from: home(),
    headers: {
      Origin: origin,
      'Access-Control-Request-Method': 'POST',
      'Access-Control-Request-Headers': 'authorization,content-type',
      'Sec-Fetch-Mode': 'cors',
      'Sec-Fetch-Site': 'cross-site',
      ...headers,
    },
  });
  const list = (reply, name) => (reply.headers.get(name) ?? '').split(',').map((item) => item.trim().toLowerCase());

  for (const path of ['/v1/token', '/v1/login', '/v1/token/refresh', '/v1/token/revoke', '/auth']) {
    test(`preflight_allows ${path}`, async () => {
      for (const origin of [PAGE, DEV_PAGE]) {
        const reply = await preflight(path, origin);
        assert.equal(reply.status, 204);
        assert.equal(reply.headers.get('access-control-allow-origin'), origin);
        assert.ok(list(reply, 'access-control-allow-methods').includes('post'));
        for (const header of ['authorization', 'content-type'])
          assert.ok(list(reply, 'access-control-allow-headers').includes(header));
        for (const header of ['origin', 'access-control-request-method', 'access-control-request-headers'])
          assert.ok(list(reply, 'vary').includes(header), `Vary ${header}`);
        assert.ok(Number(reply.headers.get('access-control-max-age')) > 0);
        assert.equal(reply.text, '');
      }
    });
  }

  test('preflight_allows_the_headers_that_it_asks_for', async () => {
    const asked = ['authorization', 'baggage', 'content-type', 'sentry-trace', 'traceparent', 'x-requested-with'];
    const reply = await preflight('/v1/token', PAGE, { 'Access-Control-Request-Headers': asked.join(',') });
    assert.equal(reply.status, 204);
    for (const header of asked) assert.ok(list(reply, 'access-control-allow-headers').includes(header), header);
  });

  for (const origin of ['https://app.example.com.evil.example', 'http://app.example.com', 'https://APP.example.com',
    'https://app.example.com:8443', 'null', 'https://evil.example']) {
    test(`preflight_refuses ${origin}`, async () => {
      const reply = await preflight('/v1/token', origin);
      assert.equal(reply.status, 403);
      assert.equal(reply.headers.get('access-control-allow-origin'), null);
      assert.ok(list(reply, 'vary').includes('origin'));
    });
  }

  test('page_reads_the_answer_and_its_refusals', async () => {
    const headers = { Origin: PAGE };
    const { user, password } = await site.newUser();
    const replies = [
      [200, await site.ask('/v1/login', { json: { user, password }, headers, from: home() })],
      [401, await site.ask('/v1/token', { json: { user }, headers, from: home() })],
      [404, await site.ask('/v1/nothing', { json: {}, headers, from: home() })],
    ];
    for (const [status, reply] of replies) {
      assert.equal(reply.status, status, reply.text);
      assert.equal(reply.headers.get('access-control-allow-origin'), PAGE);
      assert.ok(list(reply, 'vary').includes('origin'));
      assert.equal(reply.headers.get('access-control-allow-credentials'), null, 'there are no cookies');
      assert.ok(list(reply, 'access-control-expose-headers').includes('retry-after'));
    }
    const stranger = await site.ask('/v1/token', { json: { user }, headers: { Origin: 'https://evil.example' }, from: home() });
    assert.equal(stranger.headers.get('access-control-allow-origin'), null);
  });

  // As the demo does it: axios.get(URL, {params: {identity, password}}), and the body is the token. axios
  // writes a space as a plus sign.
  const demo = (where, identity, password) => {
    const path = axios.getUri({ url: '/v1/token', params: { identity, password } });
    return where.ask(path, { method: 'GET', from: home(), headers: { Origin: DEV_PAGE } });
  };

  test('react_demo_gets_the_bare_token', async () => {
    const { user, password } = await site.newUser('Алиса +&=');
    const reply = await demo(site, user, password);
    assert.equal(reply.status, 200, reply.text);
    assert.match(reply.headers.get('content-type'), /^text\/plain/);
    assert.match(reply.headers.get('cache-control'), /no-store/);
    assert.equal(reply.headers.get('access-control-allow-origin'), DEV_PAGE);
    site.secrets.keepToken('an access token', reply.text);
    assert.equal(payloadOf(reply.text).grants.identity, user);
  });

  test('react_demo_is_refused_without_the_password', async () => {
    const { user, password } = await site.newUser();
    assert.equal((await demo(site, user, `${password}x`)).status, 401);
    assert.equal((await demo(site, user, '')).status, 400);
    assert.equal((await demo(site, '', password)).status, 400);
    assert.equal((await site.ask('/v1/token', { method: 'GET', from: home() })).status, 400);
  });

  test('react_demo_is_off_unless_asked_for', async (t) => {
    const plain = await TokenSite.forCase(t, () => ({ callers: [{ type: 'users' }] }));
    const { user, password } = await plain.newUser();
    const reply = await demo(plain, user, password);
    assert.equal(reply.status, 405);
    assert.match(reply.headers.get('allow'), /^POST, OPTIONS$/);
  });

  const limited = async (ask) => {
    for (let requests = 1; requests < 100; ++requests) {
      const reply = await ask();
      if (reply.status === 200) continue;
      assert.equal(reply.status, 429, reply.text);
      assert.match(reply.headers.get('retry-after'), /^[1-9]\d*$/);
      assert.deepEqual([reply.body.status, reply.body.code], [429, 20429]);
      return requests;
    }
    assert.fail('no limit within 100 requests');
  };

  test('limit_of_a_backend_key', async () => {
    const requests = await limited(() => site.ask('/v1/token', { json: { user: site.person() }, bearer: site.keys.slow }));
    assert.equal(requests, 6, 'a burst of five');
    const other = await site.ask('/v1/token', { json: { user: site.person() }, bearer: site.keys.shop });
    assert.equal(other.status, 200, 'another key has a limit of its own');
  });

  test('limit_of_an_identity', async () => {
    const user = site.person();
    await limited(() => site.ask('/v1/token', { json: { user }, bearer: site.keys.shop }));
    assert.equal((await site.ask('/v1/token', { json: { user: site.person() }, bearer: site.keys.shop })).status, 200);
  });

  test('limit_of_an_address_tells_pages_when_to_come_back', async () => {
    const from = home();
    let reply;
    do reply = await site.ask('/v1/token', { json: {}, from, headers: { Origin: PAGE } });
    while (reply.status === 401);
    assert.equal(reply.status, 429);
    assert.match(reply.headers.get('retry-after'), /^[1-9]\d*$/);
    assert.equal(reply.headers.get('access-control-allow-origin'), PAGE);
    assert.match(reply.headers.get('access-control-expose-headers'), /Retry-After/);
    assert.equal((await site.ask('/v1/token', { json: {}, from: home() })).status, 401);
  });

  test('metrics_count_refusals', async () => {
    await site.ask('/v1/token', { json: {}, from: home() });
    assert.match(await site.metrics(), /^token_server_requests_total\{.*status="401".*\} [1-9]/m);
  });
});
