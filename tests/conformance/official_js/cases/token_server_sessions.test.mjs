// Passwords and refresh tokens: login, refresh, lost answers, copied tokens, revocation.
import assert from 'node:assert/strict';
import { numbers } from '../support/expect.mjs';
import { TokenSite } from '../support/token_site.mjs';
import { payloadOf } from '../support/tokens.mjs';
import { group } from '../support/world.mjs';

const users = () => ({ callers: [{ type: 'users' }] });
let addresses = 0;
/** Each case comes from elsewhere: failures of one do not slow another down. */
const home = () => `10.7.${(addresses += 1) >> 8}.${addresses & 255}`;

group('token_server: sessions', { world: new TokenSite(), start: () => TokenSite.start(users) }, (site, test) => {
  /** Somebody who is logged in: {user, password, from, session}. */
  const someone = async (where = site) => {
    const { user, password } = await where.newUser();
    const from = home();
    const login = await where.login(user, password, from);
    assert.equal(login.status, 200, login.text);
    return { user, password, from, session: login.body };
  };
  const renewed = async (reply, user) => {
    assert.equal(reply.status, 200, reply.text);
    assert.equal(reply.body.identity, user);
    assert.equal(payloadOf(reply.body.token).grants.identity, user);
    return reply.body;
  };
  const over = (reply) => {
    assert.equal(reply.status, 400, reply.text);
    assert.deepEqual(reply.body, {
      status: 400, code: 20001, message: 'refresh_token: it is not valid (any more)',
      error: 'invalid_grant', error_description: 'refresh_token: it is not valid (any more)',
    });
    assert.match(reply.headers.get('cache-control'), /no-store/);
  };

  test('login_and_ten_refreshes', async () => {
    const { user, from, session } = await someone();
    const seen = new Set([session.refresh_token]);
    let current = session;
    for (const _ of numbers(10)) {
      current = await renewed(await site.refresh(current.refresh_token, from), user);
      assert.match(current.refresh_token, /^[\w-]{43}$/);
      assert.ok(!seen.has(current.refresh_token), 'each one is new');
      seen.add(current.refresh_token);
    }
    assert.ok(current.refresh_expires_at > Date.now() / 1000 + 86_400);
  });

  test('refresh_takes_a_form_too', async () => {
    const { user, from, session } = await someone();
    const form = { grant_type: 'refresh_token', refresh_token: session.refresh_token };
    await renewed(await site.ask('/v1/token/refresh', { form, from }), user);
  });

  test('lost_answer_gives_the_same_successor', async () => {
    const { user, from, session } = await someone();
    const first = await renewed(await site.refresh(session.refresh_token, from), user);
    for (const _ of numbers(3)) {
      const again = await renewed(await site.refresh(session.refresh_token, from), user);
      assert.equal(again.refresh_token, first.refresh_token);
      assert.equal(again.refresh_expires_at, first.refresh_expires_at);
    }
    await renewed(await site.refresh(first.refresh_token, from), user);
  });

  test('many_at_the_same_time_get_one_successor', async () => {
    const { user, from, session } = await someone();
    const replies = await Promise.all(numbers(32).map(() => site.refresh(session.refresh_token, from)));
    const successors = new Set();
    for (const reply of replies) successors.add((await renewed(reply, user)).refresh_token);
    assert.equal(successors.size, 1);
    await renewed(await site.refresh([...successors][0], from), user);
  });

  test('copied_token_from_elsewhere_ends_the_session', async () => {
    const { user, from, session } = await someone();
    const next = await renewed(await site.refresh(session.refresh_token, from), user);
    over(await site.refresh(session.refresh_token, home()));
    over(await site.refresh(next.refresh_token, from));
  });

  test('token_used_again_after_its_successor_ends_the_session_and_is_audited', async () => {
    const { user, from, session } = await someone();
    const second = await renewed(await site.refresh(session.refresh_token, from), user);
    const third = await renewed(await site.refresh(second.refresh_token, from), user);
    over(await site.refresh(session.refresh_token, from));
    over(await site.refresh(third.refresh_token, from));
    over(await site.refresh(session.refresh_token, from));
    const events = site.events('refresh_reused').filter((event) => event.address === from);
    assert.equal(events.length, 1);
    assert.equal(events[0].outcome, 'session ended');
    assert.match(events[0].identity, /^id:[0-9a-f]{10}$/);
  });

  test('another_session_of_the_same_person_goes_on', async () => {
    const { user, password, from, session } = await someone();
    const { body: other } = await site.login(user, password, from);
    await site.gets('/v1/token/revoke', { json: { refresh_token: session.refresh_token }, from });
    over(await site.refresh(session.refresh_token, from));
    await renewed(await site.refresh(other.refresh_token, from), user);
  });

  test('revoke_says_the_same_about_tokens_nobody_knows', async () => {
    const { session, from } = await someone();
    const replies = [];
    for (const refresh_token of [session.refresh_token, session.refresh_token, 'x'.repeat(43), 'short'])
      replies.push(await site.ask('/v1/token/revoke', { json: { refresh_token }, from }));
    for (const reply of replies) assert.deepEqual([reply.status, reply.text], [200, '{}']);
    const form = { token: session.refresh_token, token_type_hint: 'refresh_token' };
    assert.equal((await site.ask('/v1/token/revoke', { form, from })).status, 200, 'as RFC 7009 writes it');
    assert.equal(site.events('session_revoked').filter((event) => event.address === from).length, 1);
  });

  test('refresh_refuses_what_is_no_token_of_this_server', async () => {
    const { session, from } = await someone();
    const almost = session.refresh_token.replace(/^./, (c) => (c === 'A' ? 'B' : 'A'));
    for (const token of [almost, session.token, 'x', 'x'.repeat(3000), '\u{1F600}'.repeat(11)])
      over(await site.refresh(token, from));
    await site.gets('/v1/token/refresh', { json: { refresh_token: session.refresh_token }, from });
  });

  test('refresh_without_a_token_is_an_invalid_request', async () => {
    for (const json of [{}, { refresh_token: '' }, { refresh_token: 7 }, { refresh_token: ['a'] }]) {
      const { status, body } = await site.ask('/v1/token/refresh', { json, from: home() });
      assert.equal(status, 400);
      assert.equal(body.error, 'invalid_request');
      assert.match(body.error_description, /^refresh_token: /);
    }
  });

  test('wrong_user_and_wrong_password_get_the_same_answer', async () => {
    const { user } = await site.newUser();
    const from = home();
    const wrong = [await site.login(user, site.password(), from), await site.login(site.person('nobody'), site.password(), from)];
    wrong.push(await site.login('\u0001', 'x'.repeat(2000), from));
    for (const reply of wrong) {
      assert.equal(reply.status, 401, reply.text);
      assert.equal(reply.text, wrong[0].text);
      assert.equal(reply.body.error, 'invalid_grant');
    }
    const failed = site.events('login').filter((event) => event.address === from);
    assert.deepEqual(failed.map((event) => event.outcome), ['failed', 'failed', 'failed']);
    assert.match(failed[0].caller, /^id:/);
    assert.equal(failed[1].caller, '', 'people type passwords there');
  });

  test('guessing_is_slowed_down_and_says_how_long', async () => {
    const { user, password } = await site.newUser();
    const from = home();
    const statuses = [];
    let asked;
    let last;
    while (statuses.length < 20 && last?.status !== 429) {
      if (last) asked = last.asked;
      last = { asked: Date.now(), ...(await site.login(user, site.password(), from)) };
      statuses.push(last.status);
    }
    assert.equal(last.status, 429, 'it never stopped');
    assert.deepEqual(new Set(statuses.slice(0, -1)), new Set([401]));
    assert.ok(statuses.length >= 6, 'five slips are free');
    assert.match(last.headers.get('retry-after'), /^[1-9]\d*$/);
    const right = await site.login(user, password, home());
    if (Date.now() < asked + 1000) // the first wait is a second
      assert.equal(right.status, 429, 'the right password from elsewhere does not tell that it is right');
    const { session, user: other, from: there } = await someone();
    await renewed(await site.refresh(session.refresh_token, there), other);
  });

  test('login_needs_both', async () => {
    for (const json of [{}, { user: 'a' }, { password: 'b' }, { user: '', password: 'b' }, { user: 'a', password: 1 }]) {
      const { status, body } = await site.ask('/v1/login', { json, from: home() });
      assert.equal(status, 400);
      assert.equal(body.error, 'invalid_request');
    }
  });

  test('login_gives_another_ones_account_to_nobody', async () => {
    const { user, password } = await site.newUser();
    const { status, body } = await site.ask('/v1/login', { json: { user, password, account: 'other' }, from: home() });
    assert.deepEqual([status, body.error], [403, 'unauthorized_client']);
  });

  test('mint_is_not_for_passwords', async () => {
    const { user, password } = await site.newUser();
    const { status } = await site.ask('/v1/token', { json: { user, password }, from: home() });
    assert.equal(status, 401);
    const basic = Buffer.from(`${user}:${password}`).toString('base64');
    assert.equal((await site.ask('/v1/token', { json: { user }, headers: { Authorization: `Basic ${basic}` } })).status, 401);
  });

  test('sessions_survive_a_restart', async (t) => {
    const own = await TokenSite.forCase(t, users);
    const { user, from, session } = await someone(own);
    const next = await renewed(await own.refresh(session.refresh_token, from), user);
    await own.restart();
    const again = await renewed(await own.refresh(session.refresh_token, from), user);
    assert.equal(again.refresh_token, next.refresh_token, 'an answer lost by a restart');
    await renewed(await own.refresh(next.refresh_token, from), user);
    await own.restart();
    over(await own.refresh(session.refresh_token, from));
  });
});
