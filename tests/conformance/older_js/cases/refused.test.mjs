// Tokens that the service refuses. An older client says so, and leaves the same refusal behind as rejections that
// nobody can handle: in this file, and only these, they are no fault.
import assert from 'node:assert/strict';
import { before } from 'node:test';
import { helperToken } from '../../official_js/support/tokens.mjs';
import { tolerateRejections } from '../../official_js/support/tolerate.mjs';
import { fresh } from '../../official_js/support/world.mjs';
import { OlderDevice } from '../support/older_device.mjs';
import { cases } from '../support/older_world.mjs';

const REFUSAL = /^(Unable to connect: |Fetch resource from "Client\/v1\/Configuration" failed)/;
const TOKENS = {
  'another key': [(identity) => helperToken(identity, { api_key_secret: 'forged' }), /signature/],
  expired: [(identity) => helperToken(identity, { ttl: -5 }), /expired/],
  'no grant': [(identity) => helperToken(identity, { grant: false }), /grant/],
  garbage: [() => 'garbage', /token/i],
};

// node:test has its listener when cases begin.
before(() => tolerateRejections((reason) => REFUSAL.test(reason?.message)));

cases('refused', (cast, test) => {
  for (const [kind, [tokenOf, reason]] of Object.entries(TOKENS)) {
    test(`bad_token: ${kind}`, async () => {
      const said = await OlderDevice.refusal(cast.version, { token: tokenOf(fresh('alice')), url: cast.world.chatUrl });
      if (cast.version === 'chat-5.0.2') return assert.match(said, REFUSAL); // all that it says
      assert.match(said, reason);
      if (!cast.factory) assert.match(said, /terminal: true/);
    });
  }
});
