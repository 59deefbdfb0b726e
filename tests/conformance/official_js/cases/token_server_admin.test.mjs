// Keys, users and the audit log, changed by the subcommands while the server runs.
import assert from 'node:assert/strict';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { numbers } from '../support/expect.mjs';
import { newAccount, TokenSite } from '../support/token_site.mjs';
import { payloadOf } from '../support/tokens.mjs';
import { group } from '../support/world.mjs';

const open = (site) => ({
  callers: [{ type: 'backend_keys', keys_file: site.place.file('keys.json') }, { type: 'users' }],
});
const mintWith = (site, bearer, user = site.person()) => site.ask('/v1/token', { json: { user }, bearer });

group('token_server: administration', { world: new TokenSite(), start: () => TokenSite.start(open) }, (site, test) => {
  test('key_add_list_revoke_with_sighup', async (t) => {
    const own = await TokenSite.forCase(t, open);
    const key = await own.newKey('shop', '--identity', 'shop-*', '--requests-per-minute', '600');
    assert.match(key, /^pk_[\w-]{43}$/);
    assert.equal((await mintWith(own, key, 'shop-1')).status, 401, 'not before SIGHUP');
    assert.match(await own.reload(), /configuration re-read/);
    assert.equal((await mintWith(own, key, 'shop-1')).status, 200);
    assert.equal((await mintWith(own, key, 'other')).status, 403);

    const list = await own.does(['key', 'list']);
    assert.match(list, /^shop +[0-9a-f]{8} +600 +shop-\* +token_server\.callers\[0\]\.keys_file\[0\]$/m);
    assert.ok(!readFileSync(own.place.file('keys.json'), 'utf8').includes(key));

    await own.does(['key', 'revoke', 'shop']);
    assert.equal((await mintWith(own, key, 'shop-1')).status, 200, 'not before SIGHUP');
    await own.reload();
    assert.equal((await mintWith(own, key, 'shop-1')).status, 401);
    assert.doesNotMatch(await own.does(['key', 'list']), /^shop /m);
    assert.deepEqual(own.events('key_added').map((e) => e.caller), ['shop']);
    assert.deepEqual(own.events('key_revoked').map((e) => e.caller), ['shop']);
  });

  test('key_refuses', async () => {
    await site.newKey('twice');
    const refusals = [
      [['key', 'add', 'twice'], 1, /already/],
      [['key', 'revoke', 'nobody'], 1, /no key/],
      [['key', 'add', 'a name'], 2, /^token_server key: NAME: /],
      [['key', 'add', 'x', '--requests-per-minute', '0'], 2, /requests-per-minute/],
      [['key', 'add', 'x', '--entry', '1'], 2, /--entry/],
      [['key', 'add'], 2, /NAME/],
    ];
    for (const [args, code, text] of refusals) {
      const result = await site.command(args);
      assert.equal(result.code, code, `${args.join(' ')}: ${result.stderr}`);
      assert.match(result.stderr, text);
      assert.equal(result.stdout, '');
    }
  });

  test('key_without_a_file_is_printed_to_paste', async (t) => {
    const own = await TokenSite.forCase(t, (s) => ({ callers: [{ type: 'backend_keys', keys: [s.backend('old')] }] }));
    const { code, stdout } = await own.command(['key', 'add', 'new'], { shows: [/pk_\S+/g] });
    assert.equal(code, 0);
    const [text, object] = stdout.trim().split('\n');
    own.secrets.keep('a key of a back end', text);
    own.section.callers[0].keys.push(JSON.parse(object));
    own.configure(own.section);
    await own.reload();
    assert.equal((await mintWith(own, text)).status, 200);
    assert.equal((await mintWith(own, own.keys.old)).status, 200);
  });

  test('user_add_passwd_disable_enable_while_the_server_runs', async () => {
    const from = '10.9.0.1';
    const { user, password } = await site.newUser('mail');
    const before = await site.login(user, password, from);
    assert.equal(before.status, 200, before.text);

    const changed = site.password();
    await site.does(['user', 'passwd', user], { input: `${changed}\r\n`, shows: [user] });
    assert.equal((await site.refresh(before.body.refresh_token, from)).status, 400, 'sessions have ended');
    assert.equal((await site.login(user, password, from)).status, 401);
    const after = await site.login(user, changed, from);
    assert.equal(after.status, 200, after.text);

    await site.does(['user', 'disable', user], { shows: [user] });
    assert.equal((await site.login(user, changed, from)).status, 401);
    assert.equal((await site.refresh(after.body.refresh_token, from)).status, 400);
    assert.match(await site.does(['user', 'list'], { shows: [/^\S+\t\S+\t/gm] }), new RegExp(`^${user}\t${user}\tdisabled$`, 'm'));

    await site.does(['user', 'enable', user], { shows: [user] });
    assert.equal((await site.refresh(after.body.refresh_token, from)).status, 400, 'ended stays ended');
    assert.equal((await site.login(user, changed, from)).status, 200);
  });

  test('user_has_another_identity_than_name', async () => {
    const [user, identity, password] = [site.person(), site.person('chat'), site.password()];
    await site.does(['user', 'add', user, '--identity', identity], { input: password, shows: [user] });
    const { body } = await site.login(user, password, '10.9.0.2');
    assert.equal(body.identity, identity);
    assert.equal(payloadOf(body.token).grants.identity, identity);
  });

  test('user_refuses', async () => {
    const { user } = await site.newUser();
    const password = site.password();
    const refusals = [
      [['user', 'add', user], `${password}\n`, 1, /another user has it/],
      [['user', 'add', site.person(), '--identity', user], `${password}\n`, 1, /identity/],
      [['user', 'add', site.person()], 'short\n', 2, /password: expected at least/],
      [['user', 'add', site.person()], '', 2, /password: expected/],
      [['user', 'add', 'system'], `${password}\n`, 2, /name/],
      [['user', 'passwd', site.person()], `${password}\n`, 1, /no such user/],
      [['user', 'disable', site.person()], '', 1, /no such user/],
    ];
    for (const [args, input, code, text] of refusals) {
      const result = await site.command(args, { input });
      assert.equal(result.code, code, `${args.slice(0, 2).join(' ')}: ${result.stderr}`);
      assert.match(result.stderr, text);
    }
  });

  test('audit_verify_finds_what_was_changed', async (t) => {
    const own = await TokenSite.forCase(t, open);
    const { user, password } = await own.newUser();
    const { body } = await own.login(user, password, '10.9.0.3');
    await own.login(user, `${password}x`, '10.9.0.3');
    await own.gets('/v1/token/revoke', { json: { refresh_token: body.refresh_token } });
    await own.newKey('shop');

    const file = own.place.file('audit.log');
    assert.equal(statSync(file).mode & 0o777, 0o600);
    const whole = own.audit();
    const lines = whole.trim().split('\n');
    assert.deepEqual(lines.map((line) => JSON.parse(line).event),
      ['started', 'user_added', 'login', 'session_begun', 'login', 'session_revoked', 'key_added']);
    const verified = /^lines (\d+)\nhead ([0-9a-f]{64})\n$/.exec(await own.does(['audit', 'verify']));
    assert.equal(Number(verified[1]), lines.length);
    const noted = ['--lines', verified[1], '--head', verified[2]];

    const tampered = {
      'a changed line': whole.replace('"failed"', '"ok"'),
      'a line taken out': lines.toSpliced(2, 1).join('\n') + '\n',
      'two lines exchanged': [lines[1], lines[0], ...lines.slice(2)].join('\n') + '\n',
      'a line twice': [lines[0], ...lines].join('\n') + '\n',
      'half a line': whole.slice(0, -10),
    };
    for (const [what, text] of Object.entries(tampered)) {
      const copy = own.place.file('copy.log');
      writeFileSync(copy, text, { mode: 0o600 });
      const { code, stderr } = await own.command(['audit', 'verify', copy]);
      assert.equal(code, 1, what);
      assert.match(stderr, /line \d+/, what);
    }
    const short = own.place.file('short.log');
    writeFileSync(short, lines.slice(0, -1).join('\n') + '\n', { mode: 0o600 });
    assert.equal((await own.command(['audit', 'verify', short])).code, 0, 'a cut tail is a chain, too');
    assert.equal((await own.command(['audit', 'verify', short, ...noted])).code, 1, 'unless its head was noted');
    await own.newKey('another');
    assert.equal((await own.command(['audit', 'verify', file, ...noted])).code, 0, 'what came later does not matter');
  });

  test('sighup_with_a_bad_file_leaves_everything_as_it_was', async (t) => {
    const own = await TokenSite.forCase(t, (s) => ({ callers: [{ type: 'backend_keys', keys: [s.backend('shop')] }] }));
    const good = readFileSync(own.config, 'utf8');
    const bad = {
      'no JSON': '{',
      'an unknown key': good.replace('"callers"', '"callerz"'),
      'too long a life': good.replace('"token_ttl_seconds":3600', '"token_ttl_seconds":86401'),
      'nobody may ask': good.replace(/"callers":\[.*?\]\}\]/, '"callers":[]'),
    };
    for (const [what, text] of Object.entries(bad)) {
      assert.notEqual(text, good, what);
      writeFileSync(own.config, text);
      assert.match(await own.reload(), /reload refused, the old configuration goes on: ./, what);
      assert.equal((await mintWith(own, own.keys.shop)).status, 200, what);
    }
    writeFileSync(own.config, good);
    assert.match(await own.reload(), /configuration re-read/);
    assert.match(await own.metrics(), /token_server_reloads_total\{result="refused"\} 4/);
  });

  test('sighup_brings_a_new_api_key_and_tokens_of_the_old_one_stay_good', async (t) => {
    const own = await TokenSite.forCase(t, (s) => ({ callers: [{ type: 'backend_keys', keys: [s.backend('shop')] }] }));
    const mint = async (user) => (await own.gets('/v1/token', { json: { user }, bearer: own.keys.shop })).token;
    const issuers = new Set();
    let running = true;
    const load = async () => {
      while (running) issuers.add(payloadOf(await mint('a part of the load')).iss);
    };
    const loads = numbers(4).map(load);

    const people = [own.person(), own.person()];
    const before = await mint(people[0]);
    const [{ api_key_sid, api_key_secret, ...rest }] = own.accounts;
    const { api_key_sid: nextSid, api_key_secret: nextSecret } = newAccount();
    const previous_keys = [{ api_key_sid, api_key_secret }];
    own.configure({ ...own.section, accounts: [{ ...rest, api_key_sid: nextSid, api_key_secret: nextSecret, previous_keys }] });
    await own.reload();
    const after = await mint(people[1]);
    running = false;
    await Promise.all(loads); // a request that was lost fails here
    assert.deepEqual([before, after].map((token) => payloadOf(token).iss), [api_key_sid, nextSid]);
    assert.ok([...issuers].every((iss) => [api_key_sid, nextSid].includes(iss)));

    await own.startChat();
    for (const [i, token] of [before, after].entries()) {
      const device = await own.enter(t, people[i], token);
      assert.equal(device.client.user.identity, people[i]);
      assert.equal((await own.command(['inspect'], { input: token, shows: [/^  Identity .*$/gm] })).code, 0);
    }
  });
});
