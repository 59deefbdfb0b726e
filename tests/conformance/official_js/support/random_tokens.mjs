// Random accounts and wishes for tokens, and what the official helper makes of them.
import twilio from 'twilio';

const { AccessToken } = twilio.jwt;
const { ChatGrant, SyncGrant, VideoGrant, VoiceGrant } = AccessToken;

const IDENTITY_BYTES = 256;
const LETTERS = [...'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789'];
const HARD = [...'"\\/\'`<>&%+=?#:;,.@!$^*(){}[]|~- _'];
// First and last code points: Latin to Arabic, Indic to Georgian, punctuation, CJK, Hangul, private use, emoji,
// the rest up to the end. No surrogates.
const RANGES = [[0xa0, 0x6ff], [0x900, 0x10ff], [0x2000, 0x27bf], [0x4e00, 0x9fff], [0xac00, 0xd7a3],
  [0xe000, 0xffff], [0x1f300, 0x1faff], [0x10000, 0x10ffff]];

// What token_server refuses in identities: it acts on the text around it, or cannot be seen.
const HAZARD = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Noncharacter_Code_Point}\p{Default_Ignorable_Code_Point}\ufff0-\ufffb]/u;

function anyCharacter(dice) {
  for (;;) {
    const character = String.fromCodePoint(dice.between(...dice.pick(RANGES)));
    if (!HAZARD.test(character)) return character;
  }
}
const mixed = (dice) => (dice.once(2) ? anyCharacter(dice) : dice.pick(dice.once(2) ? HARD : LETTERS));

/** The longest beginning that has at most `bytes`. */
function cut(text, bytes) {
  let out = '';
  for (const character of text) {
    if (Buffer.byteLength(out + character) > bytes) break;
    out += character;
  }
  return out;
}
const filled = (text) => text + 'x'.repeat(IDENTITY_BYTES - Buffer.byteLength(text));

const IDENTITIES = [
  (dice) => dice.text(LETTERS, 1, 40),
  (dice) => dice.text([...LETTERS, ...HARD], 1, 100),
  (dice) => `${dice.text(LETTERS, 1, 20)}@${dice.text(LETTERS, 1, 20)}.example`,
  (dice) => dice.text(HARD, 1, 20),
  (dice) => dice.many(dice.between(1, 40), () => anyCharacter(dice)).join(''),
  (dice) => dice.many(dice.between(1, 40), () => mixed(dice)).join(''),
  (dice) => filled(cut(dice.many(200, () => mixed(dice)).join(''), IDENTITY_BYTES)),
  (dice) => filled(dice.text(HARD, 0, IDENTITY_BYTES)),
];
export const randomIdentity = (dice) => cut(dice.pick(IDENTITIES)(dice), IDENTITY_BYTES);

function randomParameters(dice) {
  const value = () => dice.pick([
    () => randomIdentity(dice), () => dice.between(-1e6, 1e6), () => dice.once(2), () => null,
    () => ({ b: dice.text(LETTERS, 0, 5), a: [dice.below(9), randomIdentity(dice)] }),
  ])();
  // No names of digits alone: JavaScript moves those to the front.
  return Object.fromEntries(dice.many(dice.below(4), () => [`p${dice.text([...LETTERS, ...HARD], 0, 9)}`, value()]));
}

function randomVoice(dice) {
  const voice = {};
  if (dice.once(2)) voice.incoming_allowed = dice.once(2);
  if (dice.once(2)) voice.outgoing_application_sid = `AP${dice.digits(32)}`;
  if (voice.outgoing_application_sid && dice.once(2)) voice.outgoing_params = randomParameters(dice);
  if (dice.once(2)) voice.push_credential_sid = `CR${dice.digits(32)}`;
  return voice;
}

/** One element of the configuration's `accounts`. */
export function randomAccount(dice, name) {
  const account = {
    name,
    account_sid: `AC${dice.digits(32)}`,
    api_key_sid: `SK${dice.digits(32)}`,
    api_key_secret: dice.text([...LETTERS, ...HARD.filter((c) => c !== ' ')], 24, 80),
    chat_service_sid: `IS${dice.digits(32)}`,
    algorithm: dice.pick(['HS256', 'HS384', 'HS512']),
    grants: {},
  };
  if (dice.once(2)) account.region = dice.pick(['us1', 'ie1', 'au1', 'jp1']);
  if (dice.once(2)) account.push_credential_sid = `CR${dice.digits(32)}`;
  if (dice.once(2)) account.deployment_role_sid = `RL${dice.digits(32)}`;
  if (dice.once(2)) account.grants.sync = { service_sid: `IS${dice.digits(32)}` };
  if (dice.once(2)) account.grants.video = dice.once(3) ? {} : { room: randomIdentity(dice) };
  if (dice.once(2)) account.grants.voice = randomVoice(dice);
  return account;
}

/** What the official helper mints for it. `endpointId` may be undefined. */
export function officialToken(account, { identity, ttl, endpointId }) {
  const { sync, video, voice } = account.grants ?? {};
  const token = new AccessToken(account.account_sid, account.api_key_sid, account.api_key_secret,
    { identity, ttl, region: account.region });
  token.addGrant(new ChatGrant({
    serviceSid: account.chat_service_sid,
    endpointId,
    deploymentRoleSid: account.deployment_role_sid,
    pushCredentialSid: account.push_credential_sid,
  }));
  if (sync) token.addGrant(new SyncGrant({ serviceSid: sync.service_sid }));
  if (video) token.addGrant(new VideoGrant({ room: video.room }));
  if (voice)
    token.addGrant(new VoiceGrant({
      incomingAllow: voice.incoming_allowed,
      outgoingApplicationSid: voice.outgoing_application_sid,
      outgoingApplicationParams: voice.outgoing_params,
      pushCredentialSid: voice.push_credential_sid,
    }));
  return token.toJwt(account.algorithm ?? 'HS256');
}
