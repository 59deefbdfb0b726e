// The suite's own tools, without any server.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import net from 'node:net';
import { describe, it } from 'node:test';
import { eventually, stretched, within } from '../support/deadline.mjs';
import { FrameReader } from '../support/frame_reader.mjs';
import { decode, encode } from '../support/packet.mjs';
import { Dice } from '../support/dice.mjs';
import { numbers } from '../support/expect.mjs';
import { account } from '../support/programs.mjs';
import { randomIdentity } from '../support/random_tokens.mjs';
import { Relay } from '../support/relay.mjs';
import { Secrets } from '../support/secrets.mjs';
import { goodBody, goodHead, helperToken, helperTokenAt, payloadOf, sign } from '../support/tokens.mjs';

describe('support', () => {
  it('packets survive the way there and back', () => {
    const bytes = encode({ id: 'TM1', method: 'message' }, JSON.stringify({ text: 'ü' }));
    const { header, payload } = decode(bytes);
    assert.deepEqual(header, { id: 'TM1', method: 'message', payload_size: 13 });
    assert.deepEqual(payload, { text: 'ü' });
    assert.deepEqual(decode(encode({ id: 'TM2', method: 'ping' })).header, { id: 'TM2', method: 'ping', payload_size: 0 });
  });

  it('decode refuses what clients could not read', () => {
    const good = encode({ id: 'TM1', method: 'message' }, '{"a":1}').toString();
    const bad = [
      ['another magic', good.replace('V3.0', 'V3.1')],
      ['header too short', good.replace(/V3.0 \d+/, 'V3.0 5')],
      ['no trailer', good.slice(0, -2)],
      ['bytes after it', `${good}x`],
      ['raw CRLF in the payload', encode({ id: 'TM1' }, '{"a":\r\n1}').toString()],
    ];
    for (const [name, text] of bad) assert.throws(() => decode(Buffer.from(text)), undefined, name);
  });

  it('the helper mints the known token of the seed', () => {
    const token = helperTokenAt(1585699200, () => helperToken('test@brocoders.com', {
      account_sid: 'AC00000000000000000000000000000001',
      api_key_sid: 'SK00000000000000000000000000000002',
      api_key_secret: '0123456789abcdefghijklmnopqrstuv',
      chat_service_sid: 'IS00000000000000000000000000000003',
      ttl: 120,
    }));
    assert.match(token, /\.7qVbHVcYkqqdgybx_FREatIzX-h8X1HrEivnpOIMs5Y$/);
  });

  it('tokens by hand equal those of the helper', () => {
    const byHand = sign(goodHead(), goodBody('alice', 60));
    const { iat } = payloadOf(byHand);
    assert.equal(byHand, helperTokenAt(iat, () => helperToken('alice', { ttl: 60 })));
    assert.equal(payloadOf(byHand).sub, account.account_sid);
  });

  it('a wait that is over says what it waited for', async () => {
    await assert.rejects(within(new Promise(() => {}), () => 'the moon', 20), new RegExp(`waited ${stretched(20)} ms for the moon`));
    await assert.rejects(eventually('the sun', () => false, 20), new RegExp(`waited ${stretched(20)} ms for the sun`));
    assert.equal(await within(Promise.resolve(1), 'one'), 1);
  });

  it('the relay carries, is cut and is mended', async (t) => {
    const echo = net.createServer((socket) => socket.on('error', () => {}).pipe(socket)).listen(0, '127.0.0.1');
    await once(echo, 'listening');
    t.after(() => echo.close());
    const relay = await Relay.start(t, `127.0.0.1:${echo.address().port}`);
    const connect = () => net.connect(Number(new URL(relay.url).port), '127.0.0.1').on('error', () => {});

    const first = connect();
    first.write('hello');
    assert.equal(String((await once(first, 'data'))[0]), 'hello');
    relay.cut();
    await once(first, 'close');
    const refused = connect();
    await once(refused, 'close');
    assert.equal(relay.accepted, 1);
    relay.mend();
    const again = connect();
    again.write('again');
    assert.equal(String((await once(again, 'data'))[0]), 'again');
  });

  it('frames are found however the bytes come', () => {
    const frame = (size, masked) => {
      const head = size < 126 ? [size] : size < 65_536 ? [126, size >> 8, size & 255] : [127, 0, 0, 0, 0, 0, size >> 16, (size >> 8) & 255, size & 255];
      if (masked) head[0] |= 0x80;
      return Buffer.concat([Buffer.from([0x82, ...head]), Buffer.alloc(masked ? 4 : 0), Buffer.alloc(size, 'x')]);
    };
    const frames = [frame(0, false), frame(5, true), frame(125, false), frame(126, true), frame(70_000, true), frame(3, false)];
    const stream = Buffer.concat([Buffer.from('HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n'), ...frames]);
    const wanted = frames.map((_, i) => stream.length - Buffer.concat(frames.slice(i + 1)).length);
    for (const step of [1, 7, 1000, stream.length]) {
      const reader = new FrameReader();
      const found = [];
      for (let at = 0; at < stream.length; at += step)
        found.push(...reader.ends(stream.subarray(at, at + step)).map((end) => at + end));
      assert.deepEqual(found, wanted, `in steps of ${step}`);
    }
  });

  it('a secret is found however it is written', () => {
    const secrets = new Secrets();
    const text = secrets.keep('a password', 'Pa ß"\\ 0123456789?>');
    secrets.keep('something else', 'something else');
    const base64 = Buffer.from(text).toString('base64');
    for (const written of [text, JSON.stringify({ text }), `?password=${encodeURIComponent(text)}&`, base64,
      Buffer.from(text).toString('base64url'), `Basic ${base64}`])
      assert.deepEqual(secrets.leaks(`{"a":1}\n${written}\n`), ['a password'], written);
    assert.deepEqual(secrets.leaks(text, 'a password'), []);
    assert.deepEqual(secrets.leaks('a password: ********, something, else'), []);
    assert.equal(secrets.keep('too short to be looked for', 'a'), 'a');
    assert.deepEqual(secrets.leaks('a'), []);
  });

  it('a part of a token is found, its header is not', () => {
    const secrets = new Secrets();
    const token = secrets.keepToken('a token', helperToken('alice'));
    const [head, payload, signature] = token.split('.');
    assert.deepEqual(secrets.leaks(head), []);
    assert.deepEqual(secrets.leaks(payload), ['the payload of a token']);
    assert.deepEqual(secrets.leaks(signature), ['the signature of a token']);
  });

  it('a seed repeats what was random, and identities are allowed ones', () => {
    const draw = (seed) => {
      const dice = new Dice(seed);
      return numbers(2000).map(() => randomIdentity(dice));
    };
    const identities = draw(7);
    assert.deepEqual(draw(7), identities);
    assert.notDeepEqual(draw(8), identities);
    assert.ok(new Set(identities).size > 1900);
    const sizes = identities.map((identity) => Buffer.byteLength(identity));
    assert.deepEqual([Math.min(...sizes), Math.max(...sizes)], [1, 256]);
    assert.ok(identities.every((identity) => !/\p{Cc}|\p{Cs}|\p{Cf}|\p{Zl}|\p{Zp}/u.test(identity)));
    for (const rare of [/"/, /\\/, /\//, /[\u2010-\u27bf]/, /\p{Emoji_Presentation}/u])
      assert.ok(identities.some((identity) => rare.test(identity)), `${rare}`);
  });
});
