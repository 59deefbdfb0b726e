// Tokens that the service must refuse: [name, code, make(identity)].
import { account } from './programs.mjs';
import { goodBody, goodHead, helperToken, part, sign, signText } from './tokens.mjs';

const raw = (text) => Buffer.from(text).toString('base64url');

export const REFUSED = [
  ['bad_signature', 20107, (id) => helperToken(id, { api_key_secret: 'not the secret' })],
  ['signature_cut_off', 20107, (id) => helperToken(id).slice(0, -3)],
  ['payload_changed', 20107, (id) => {
    const [head, , signature] = helperToken(id).split('.');
    return [head, helperToken('mallory').split('.')[1], signature].join('.');
  }],
  ['expired_token', 20104, (id) => helperToken(id, { ttl: -10 })],
  ['no_expiry', 20104, (id) => sign(goodHead(), { ...goodBody(id), exp: undefined })],
  ['expiry_is_text', 20104, (id) => sign(goodHead(), { ...goodBody(id), exp: 'tomorrow' })],
  ['life_above_a_day', 20157, (id) => helperToken(id, { ttl: 86_500 })],
  ['not_yet_valid', 20105, (id) => helperToken(id, { nbf: Math.floor(Date.now() / 1000) + 600 })],
  ['garbage_token', 20101, () => 'garbage'],
  ['garbage_in_three_parts', 20101, () => '!!!.???.***'],
  ['identity_is_not_utf8', 20101, () => {
    const payload = Buffer.from(JSON.stringify(goodBody('a?b')).replace('a?b', 'a\xffb'), 'latin1').toString('base64url');
    return signText(`${part(goodHead())}.${payload}`);
  }],
  ['alg_none', 20102, (id) => sign({ ...goodHead(), alg: 'none' }, goodBody(id)).replace(/[^.]*$/, '')],
  ['alg_none_with_signature', 20102, (id) => sign({ ...goodHead(), alg: 'none' }, goodBody(id))],
  ['alg_hs512', 20102, (id) => sign({ ...goodHead(), alg: 'HS512' }, goodBody(id), { hash: 'sha512' })],
  ['not_an_access_token', 20102, (id) => sign({ alg: 'HS256', typ: 'JWT' }, goodBody(id))],
  ['no_chat_grant', 20106, (id) => helperToken(id, { grant: false })],
  ['foreign_service', 20106, (id) => helperToken(id, { chat_service_sid: 'IS' + '9'.repeat(32) })],
  ['no_identity', 20106, (id) => sign(goodHead(), { ...goodBody(id), grants: { chat: { service_sid: account.chat_service_sid } } })],
  ['empty_identity', 20106, () => sign(goodHead(), goodBody(''))],
  ['foreign_account', 20103, (id) => helperToken(id, { account_sid: 'AC' + '9'.repeat(32) })],
  ['unknown_key', 20103, (id) => helperToken(id, { api_key_sid: 'SK' + '9'.repeat(32) })],

  // As RFC 8725 describes attacks.
  ['alg_none_in_mixed_case', 20102, (id) => sign({ ...goodHead(), alg: 'nOnE' }, goodBody(id)).replace(/[^.]*$/, '')],
  ['alg_in_lower_case', 20102, (id) => sign({ ...goodHead(), alg: 'hs256' }, goodBody(id))],
  ['alg_rs256_signed_with_hmac', 20102, (id) => sign({ ...goodHead(), alg: 'RS256' }, goodBody(id))],
  ['alg_missing', 20102, (id) => sign({ ...goodHead(), alg: undefined }, goodBody(id))],
  ['alg_is_a_list', 20102, (id) => sign({ ...goodHead(), alg: ['HS256'] }, goodBody(id))],
  ['typ_is_another', 20102, (id) => sign({ ...goodHead(), typ: 'at+jwt' }, goodBody(id))],
  ['cty_is_another_version', 20102, (id) => sign({ ...goodHead(), cty: 'twilio-fpa;v=2' }, goodBody(id))],
  ['kid_names_another_key', 20107, (id) => sign({ ...goodHead(), kid: '../../dev/null' }, goodBody(id), { secret: '' })],
  ['kid_with_an_injection', 20107, (id) => sign({ ...goodHead(), kid: "x' UNION SELECT 'k" }, goodBody(id), { secret: 'k' })],
  ['key_in_the_header', 20107, (id) => {
    const jwk = { kty: 'oct', k: Buffer.from('my own secret').toString('base64url') };
    return sign({ ...goodHead(), jwk }, goodBody(id), { secret: 'my own secret' });
  }],
  ['signature_of_another_algorithm', 20107, (id) => sign(goodHead(), goodBody(id), { hash: 'sha512' })],
  ['signature_is_empty', 20107, (id) => helperToken(id).replace(/[^.]*$/, '')],
  ['signed_with_the_key_sid', 20107, (id) => helperToken(id, { api_key_secret: account.api_key_sid })],
  ['two_parts', 20101, (id) => helperToken(id).replace(/\.[^.]*$/, '')],
  ['four_parts', 20101, (id) => `${helperToken(id)}.x`],
  ['five_parts', 20101, (id) => `${helperToken(id)}.x.y`],
  ['padding', 20101, (id) => helperToken(id).replace(/[^.]*$/, (signature) => `${signature}=`)],
  ['ordinary_base64', 20101, (id) => {
    const [head, , signature] = helperToken(id).split('.');
    return [head, `${part(goodBody(`${id}>>>???`))}+/`, signature].join('.');
  }],
  ['line_break_at_the_end', 20101, (id) => `${helperToken(id)}\n`],
  ['garbage_behind_the_payload', 20101, (id) => signText(`${part(goodHead())}.${raw(`${JSON.stringify(goodBody(id))}x`)}`)],
  ['member_twice', 20101, (id) => {
    const body = JSON.stringify(goodBody(id)).replace(/}$/, `,"sub":"${account.account_sid}"}`);
    return signText(`${part(goodHead())}.${raw(body)}`);
  }],
  ['identity_twice', 20101, (id) => {
    const body = JSON.stringify(goodBody(id)).replace('"identity":', '"identity":"mallory","identity":');
    return signText(`${part(goodHead())}.${raw(body)}`);
  }],
  ['payload_is_a_list', 20101, (id) => signText(`${part(goodHead())}.${part([goodBody(id)])}`)],
  ['nested_too_deep', 20101, (id) => {
    const body = JSON.stringify({ ...goodBody(id), deep: 0 }).replace('"deep":0', `"deep":${'['.repeat(2000)}${']'.repeat(2000)}`);
    return signText(`${part(goodHead())}.${raw(body)}`);
  }],
  ['much_too_long', 20101, (id) => sign(goodHead(), { ...goodBody(id), fill: 'x'.repeat(12_000) })],

  // What else a claim can be.
  ['account_as_issuer', 20103, (id) => sign(goodHead(), { ...goodBody(id), iss: account.account_sid })],
  ['no_issuer', 20103, (id) => sign(goodHead(), { ...goodBody(id), iss: undefined })],
  ['no_subject', 20103, (id) => sign(goodHead(), { ...goodBody(id), sub: undefined })],
  ['key_and_account_exchanged', 20103, (id) => sign(goodHead(), { ...goodBody(id), iss: account.account_sid, sub: account.api_key_sid })],
  ['subject_is_a_number', 20103, (id) => sign(goodHead(), { ...goodBody(id), sub: 7 })],
  ['expires_now', 20104, (id) => helperToken(id, { ttl: -1 })],
  ['expiry_is_negative', 20104, (id) => sign(goodHead(), { ...goodBody(id), exp: -1 })],
  ['expiry_in_milliseconds', 20104, (id) => sign(goodHead(), { ...goodBody(id), exp: Date.now() + 3_600_000 })],
  ['expiry_is_a_life', 20104, (id) => sign(goodHead(), { ...goodBody(id), exp: 3600 })],
  ['issued_and_expiring_next_year', 20104, (id) => {
    const iat = Math.floor(Date.now() / 1000) + 365 * 86_400;
    return sign(goodHead(), { ...goodBody(id), iat, exp: iat + 3600 });
  }],
  ['not_before_is_text', 20105, (id) => sign(goodHead(), { ...goodBody(id), nbf: 'now' })],
  ['no_grants', 20106, (id) => sign(goodHead(), { ...goodBody(id), grants: undefined })],
  ['grants_are_a_list', 20106, (id) => sign(goodHead(), { ...goodBody(id), grants: [{ identity: id }] })],
  ['chat_grant_is_text', 20106, (id) => sign(goodHead(), { ...goodBody(id), grants: { identity: id, chat: account.chat_service_sid } })],
  ['chat_grant_without_service', 20106, (id) => sign(goodHead(), { ...goodBody(id), grants: { identity: id, chat: {} } })],
  ['two_chat_grants', 20106, (id) => {
    const chat = { service_sid: account.chat_service_sid };
    return sign(goodHead(), { ...goodBody(id), grants: { identity: id, chat, ip_messaging: chat } });
  }],
  ['identity_is_a_number', 20106, () => sign(goodHead(), goodBody(7))],
  ['identity_is_null', 20106, () => sign(goodHead(), goodBody(null))],
  ['identity_like_a_user_sid', 20106, () => sign(goodHead(), goodBody(`US${'0d'.repeat(16)}`))],
  ['identity_too_long', 20106, () => sign(goodHead(), goodBody('x'.repeat(257)))],
  ['identity_with_a_control_character', 20106, () => sign(goodHead(), goodBody('a\u0001b'))],
];
