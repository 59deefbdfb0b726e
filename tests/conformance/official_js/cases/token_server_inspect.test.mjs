// `token_server inspect` says about a token what the service says, and says it in its exit status.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { account } from '../support/programs.mjs';
import { REFUSED } from '../support/refused_tokens.mjs';
import { TokenSite } from '../support/token_site.mjs';
import { helperToken, payloadOf } from '../support/tokens.mjs';
import { group } from '../support/world.mjs';

const open = () => ({ accounts: [{ name: 'main', ...account }], callers: [{ type: 'development' }], trusted_proxies: [] });

group('token_server: inspect', { world: new TokenSite(), start: () => TokenSite.start(open) }, (site, test) => {
  const hidden = (token, { stdout, stderr }) => {
    const written = stdout + stderr;
    assert.ok(!written.includes(account.api_key_secret), 'the secret');
    for (const piece of token.split('.').slice(1).filter((text) => text.length > 20))
      assert.ok(!written.includes(piece), 'a part of the token');
  };
  const inspect = async (token, args = []) => {
    const result = await site.command(['inspect', ...args], { input: token, shows: [/^  Identity .*$/gm] });
    hidden(token, result);
    return result;
  };

  // People copy tokens with white space and line breaks: inspect leaves it out, with a note.
  const FORGIVEN = ['line_break_at_the_end'];
  for (const [name, code, make] of REFUSED) {
    test(`inspect_${name}`, async () => {
      const { code: status, stdout, stderr } = await inspect(make(site.person()));
      if (FORGIVEN.includes(name)) {
        assert.equal(status, 0, stdout + stderr);
        assert.match(stdout, /^ +1\. note \(clients\)/m);
        return;
      }
      assert.equal(status, 1, stdout + stderr);
      assert.match(stdout, new RegExp(`refused by (Twilio and )?chat_service \\(${code}\\)`));
      assert.match(stdout, /\nRefused\.\n$/);
    });
  }

  test('inspect_accepts_a_token_of_ours_and_of_the_helper', async () => {
    const user = site.person();
    const ours = await site.gets('/v1/token', { json: { user } });
    for (const token of [ours.token, helperToken(user), `Bearer ${ours.token}`, JSON.stringify(ours)]) {
      const { code, stdout } = await inspect(token);
      assert.equal(code, 0, stdout);
      assert.match(stdout, /Signature +verified/);
      assert.ok(stdout.includes(payloadOf(ours.token).grants.identity), 'whose it is');
      assert.match(stdout, /Would be accepted\.\n$/);
    }
  });

  test('inspect_without_a_configuration_checks_no_signature', async () => {
    const token = helperToken(site.person(), { api_key_secret: 'another' });
    const file = site.place.file('token.txt');
    writeFileSync(file, token);
    const alone = await site.command(['inspect', file], { config: null, shows: [/^  Identity .*$/gm] });
    assert.equal(alone.code, 0, alone.stderr);
    assert.match(alone.stdout, /Signature +not checked/);
    const configured = await inspect('', [file]);
    assert.equal(configured.code, 1);
    assert.match(configured.stdout, /\(20107\)/);
  });

  test('inspect_of_what_cannot_be_read_is_2', async () => {
    const missing = await inspect('', ['/nonexistent']);
    assert.deepEqual([missing.code, missing.stdout], [2, '']);
    const endless = await inspect('x'.repeat(70_000));
    assert.deepEqual([endless.code, endless.stdout], [2, '']);
    const nothing = await inspect('');
    assert.equal(nothing.code, 1, 'an empty text can be read, and is no token');
    assert.match(nothing.stdout, /\(20101\)/);
  });
});
