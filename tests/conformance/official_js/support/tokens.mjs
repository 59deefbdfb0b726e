// Tokens that token_server must not or cannot mint: by the official helper, or by hand where it refuses too.
import { createHmac } from 'node:crypto';
import twilio from 'twilio';
import { account } from './programs.mjs';

const { AccessToken } = twilio.jwt;

/** By the official helper; `change` replaces parts of the account, `ttl` is in seconds. */
export function helperToken(identity, { ttl = 3600, nbf, grant = true, ...change } = {}) {
  const a = { ...account, ...change };
  const token = new AccessToken(a.account_sid, a.api_key_sid, a.api_key_secret, { identity, ttl, nbf });
  if (grant) token.addGrant(new AccessToken.ChatGrant({ serviceSid: a.chat_service_sid }));
  return token.toJwt();
}

/** The helper as it works at the moment `seconds` (it reads Date.now). */
export function helperTokenAt(seconds, mint) {
  const real = Date.now;
  Date.now = () => seconds * 1000;
  try {
    return mint();
  } finally {
    Date.now = real;
  }
}

export const part = (object) => Buffer.from(JSON.stringify(object)).toString('base64url');
export const payloadOf = (token) => JSON.parse(Buffer.from(token.split('.')[1], 'base64url'));

export function signText(text, { secret = account.api_key_secret, hash = 'sha256' } = {}) {
  return `${text}.${createHmac(hash, secret).update(text).digest('base64url')}`;
}
export const sign = (head, body, options) => signText(`${part(head)}.${part(body)}`, options);

export const goodHead = () => ({ alg: 'HS256', typ: 'JWT', cty: 'twilio-fpa;v=1' });

export function goodBody(identity, ttl = 3600) {
  const iat = Math.floor(Date.now() / 1000);
  return {
    jti: `${account.api_key_sid}-${iat}`,
    grants: { identity, chat: { service_sid: account.chat_service_sid } },
    iat,
    exp: iat + ttl,
    iss: account.api_key_sid,
    sub: account.account_sid,
  };
}
