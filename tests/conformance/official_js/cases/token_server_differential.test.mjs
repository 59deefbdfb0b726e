// Ten thousand random tokens of token_server are those of the official helper, byte for byte.
import assert from 'node:assert/strict';
import http from 'node:http';
import jwt from 'jsonwebtoken';
import { chooseSeed, Dice } from '../support/dice.mjs';
import { numbers } from '../support/expect.mjs';
import { officialToken, randomAccount, randomIdentity } from '../support/random_tokens.mjs';
import { TokenSite } from '../support/token_site.mjs';
import { helperTokenAt, payloadOf } from '../support/tokens.mjs';
import { group } from '../support/world.mjs';

const TOKENS = 10_000;
const IN_FLIGHT = 8;
const SHORTEST = 180;
const LIVES = { short: 900, long: 86_400 }; // of the two callers

const seed = chooseSeed();
const dice = new Dice(seed);
const accounts = numbers(12).map((i) => randomAccount(dice, `account-${i}`));

function randomWish() {
  const wish = { caller: dice.pick(Object.keys(LIVES)), identity: randomIdentity(dice), account: accounts[0], body: {} };
  wish.body[dice.pick(['user', 'identity'])] = wish.identity;
  if (!dice.once(8)) {
    wish.account = dice.pick(accounts);
    wish.body.account = wish.account.name;
  }
  if (!dice.once(4)) wish.body.ttl = dice.once(10) ? dice.between(-10, 200_000) : dice.between(SHORTEST, LIVES.long);
  if (dice.once(2)) wish.body.endpoint_id = wish.endpointId = randomIdentity(dice);
  return wish;
}

const ascii = (text) => text.replace(/[^ -~]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
const SPELLINGS = [
  ['application/json', (body) => JSON.stringify(body)],
  ['application/json; charset=utf-8', (body) => ascii(JSON.stringify(body))],
  ['application/x-www-form-urlencoded', (body) => new URLSearchParams(body).toString()],
];

/** The request's headers and body are ready: only asking is left to be done while others wait. */
function randomRequest() {
  const wish = randomWish();
  const [type, spell] = dice.pick(SPELLINGS);
  return { ...wish, type, content: Buffer.from(spell(wish.body)) };
}

function ask(agent, url, key, { type, content }) {
  return new Promise((resolve, reject) => {
    const headers = { Authorization: `Bearer ${key}`, 'Content-Type': type, 'Content-Length': content.length };
    const request = http.request(`${url}/v1/token`, { method: 'POST', agent, headers }, (reply) => {
      const chunks = [];
      reply.on('data', (chunk) => chunks.push(chunk));
      reply.on('end', () => resolve({ status: reply.statusCode, text: Buffer.concat(chunks).toString() }));
    });
    request.on('error', reject).end(content);
  });
}

const open = (site) => ({
  accounts,
  token_ttl_seconds: LIVES.long,
  callers: Object.entries(LIVES).map(([name, token_ttl_seconds]) => ({
    type: 'backend_keys', token_ttl_seconds, keys: [site.backend(name)], accounts: accounts.map((a) => a.name),
  })),
});

group('token_server: differential', { world: new TokenSite(), start: () => TokenSite.start(open) }, (site, test) => {
  function compare({ caller, account, identity, endpointId, body }, { status, text }, where) {
    assert.equal(status, 200, `${where}: ${text}`);
    const reply = JSON.parse(text);
    const { iat } = payloadOf(reply.token);
    const ttl = Math.min(Math.max(body.ttl ?? LIVES[caller], SHORTEST), LIVES[caller]);
    const official = helperTokenAt(iat, () => officialToken(account, { identity, ttl, endpointId }));
    assert.equal(reply.token, official, where);
    assert.ok(Math.abs(iat - Date.now() / 1000) < 30, 'iat is now');
    assert.deepEqual(reply, { token: official, identity, expires_at: iat + ttl }, where);
    return reply.token;
  }

  test('ten_thousand_tokens_equal_the_helpers', async (t) => {
    t.diagnostic(`PARLEY_SEED=${seed} repeats these`);
    const requests = numbers(TOKENS).map(randomRequest);
    const agent = new http.Agent({ keepAlive: true, maxSockets: IN_FLIGHT });
    t.after(() => agent.destroy());
    let next = 0;
    let compared = 0;
    const worker = async () => {
      while (next < requests.length) {
        const i = next++;
        const request = requests[i];
        const token = compare(request, await ask(agent, site.url, site.keys[request.caller], request), `PARLEY_SEED=${seed}, ${i}`);
        compared += 1;
        if (i % 100) continue;
        // To search all that was written for all tokens would take minutes.
        site.secrets.keepToken('an access token', token);
        site.secrets.keep('an identity', request.identity);
      }
    };
    await Promise.all(numbers(IN_FLIGHT).map(worker));
    assert.equal(compared, TOKENS);
  });

  test('the_helpers_library_verifies_tokens_of_every_account', async () => {
    for (const account of accounts) {
      const json = { user: site.person(), account: account.name };
      const { token } = await site.gets('/v1/token', { json, bearer: site.keys.long });
      const rules = { algorithms: [account.algorithm], issuer: account.api_key_sid, subject: account.account_sid, complete: true };
      const { header, payload } = jwt.verify(token, account.api_key_secret, rules);
      const region = account.region && { twr: account.region };
      assert.deepEqual(header, { alg: account.algorithm, typ: 'JWT', cty: 'twilio-fpa;v=1', ...region });
      assert.equal(payload.grants.identity, json.user);
      assert.throws(() => jwt.verify(token, `${account.api_key_secret}x`, rules), /invalid signature/);
    }
  });

  test('start_reports_no_secret_when_it_refuses', async () => {
    const config = site.place.config('bad.json', {
      account: undefined, accounts: [{ ...accounts[0], algorithm: accounts[0].api_key_secret }],
    });
    const { code, stderr } = await site.command([], { config });
    assert.equal(code, 2, stderr);
    assert.match(stderr, /accounts\[0\]\.algorithm/);
  });
});
