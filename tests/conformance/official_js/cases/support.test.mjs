// The suite's own tools, without any server.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import net from 'node:net';
import { describe, it } from 'node:test';
import { eventually, within } from '../support/deadline.mjs';
import { decode, encode } from '../support/packet.mjs';
import { account } from '../support/programs.mjs';
import { Relay } from '../support/relay.mjs';
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
    await assert.rejects(within(new Promise(() => {}), () => 'the moon', 20), /waited 20 ms for the moon/);
    await assert.rejects(eventually('the sun', () => false, 20), /waited 20 ms for the sun/);
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
});
