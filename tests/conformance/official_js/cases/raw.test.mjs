// The wire itself: what the official client never sends, and details of what it never shows.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import WebSocket from 'ws';
import { within } from '../support/deadline.mjs';
import { numbers } from '../support/expect.mjs';
import { encode } from '../support/packet.mjs';
import { pathOf } from '../support/raw.mjs';
import { helperToken } from '../support/tokens.mjs';
import { cases, fresh } from '../support/world.mjs';

const MIB = 1024 * 1024;
const packet = (head, rest = '') => Buffer.from(`TWILSOCK V3.0 ${Buffer.byteLength(head)}\r\n${head}\r\n${rest}`);
const PING = '{"id":"TM1","method":"ping","payload_size":0}';

const UNREADABLE = {
  'not a packet': Buffer.from('hello'),
  'empty message': Buffer.alloc(0),
  'random bytes': Buffer.from([0, 255, 254, 13, 10, 13, 10, 0]),
  'another version': Buffer.from(packet(PING).toString().replace('V3.0', 'V2.0')),
  'lower case magic': Buffer.from(packet(PING).toString().toLowerCase()),
  'header is not JSON': packet('{"id":'),
  'header is an array': packet('["ping"]'),
  'header is nested too deep': packet('['.repeat(10_000) + ']'.repeat(10_000)),
  'header is not UTF-8': Buffer.concat([Buffer.from('TWILSOCK V3.0 27\r\n{"method":"ping","id":"'), Buffer.from([0xff, 0xfe]), Buffer.from('"}\r\n')]),
  'no id': packet('{"method":"ping","payload_size":0}'),
  'id is a number': packet('{"method":"ping","id":7,"payload_size":0}'),
  'no method': packet('{"id":"TM1","payload_size":0}'),
  'payload size beyond the end': packet('{"id":"TM1","method":"message","payload_size":100}', '{}\r\n'),
  'payload size negative': packet('{"id":"TM1","method":"message","payload_size":-1}', '{}\r\n'),
  'payload size is text': packet('{"id":"TM1","method":"message","payload_size":"2"}', '{}\r\n'),
  'payload size overflows': packet('{"id":"TM1","method":"message","payload_size":18446744073709551616}', '{}\r\n'),
  'bytes after the packet': packet(PING, 'more'),
  'two packets in one message': Buffer.concat([packet(PING), packet(PING)]),
};

const BAD_SIZES = {
  'beyond the end': Buffer.from(`TWILSOCK V3.0 4000\r\n${PING}\r\n`),
  'too small': Buffer.from(`TWILSOCK V3.0 10\r\n${PING}\r\n`),
  negative: Buffer.from(`TWILSOCK V3.0 -5\r\n${PING}\r\n`),
  'of fifty digits': Buffer.from(`TWILSOCK V3.0 ${'9'.repeat(50)}\r\n${PING}\r\n`),
  'around 64 bits': Buffer.from(`TWILSOCK V3.0 18446744073709551616\r\n${PING}\r\n`),
  hexadecimal: Buffer.from(`TWILSOCK V3.0 0x10\r\n${PING}\r\n`),
  missing: Buffer.from(`TWILSOCK V3.0 \r\n${PING}\r\n`),
  zero: packet(''),
};

cases('raw', { concurrency: 8 }, (world, test) => {
  const closed406 = async (device) => {
    const { header } = await device.gets((p) => p.header.method === 'close', 'close');
    assert.equal(header.status.code, 406);
    assert.equal(header.status.errorCode, 51216);
    await within(device.ended, 'the end of the connection');
  };
  /** Alice in a conversation of her own, by hand: the paths and Sync objects of both. */
  const member = async (t, ...guests) => {
    const alice = await world.raw(t, 'alice');
    const { links, sync_objects: own } = await alice.configuration();
    const room = (await alice.http('POST', pathOf(links.conversations), {})).body;
    const paths = { self: pathOf(room.url), messages: pathOf(room.links.messages), participants: pathOf(room.links.participants) };
    for (const identity of [alice.identity, ...guests]) await alice.http('POST', paths.participants, { identity });
    const names = room.sync_objects;
    const list = { ...(await alice.http('GET', `/v3/Lists/${names.messages}`)).body, type: 'list' };
    const roster = { ...(await alice.http('GET', `/v3/Maps/${names.participants}`)).body, type: 'map' };
    const document = { ...(await alice.http('GET', `/v3/Documents/${names.conversation}`)).body, type: 'document' };
    return { alice, links, own, room, paths, names, list, roster, document };
  };
  const send = (device, paths, body) => device.http('POST', paths.messages, { body, attributes: '{}' });
  const itemsOf = (device, list) => device.notifications((p) => (p.event ?? p.events?.[0])?.list_sid === list.sid)
    .flatMap((p) => p.payload.events ?? [p.payload.event]);

  test('raw_init_reply', async (t) => {
    const alice = await world.raw(t, 'alice');
    const { header, payload } = alice.initReply;
    assert.equal(payload, undefined, 'everything is in the header');
    assert.equal(header.status.code, 200);
    assert.equal(typeof header.continuation_token, 'string');
    assert.equal(header.continuation_token_status.reissued, true);
    assert.equal(header.continuation_token_status.reissue_reason, 'MISSING');
    const offered = ['client_update', 'offline_storage', 'telemetry.v1'];
    assert.ok(Array.isArray(header.capabilities));
    assert.ok(header.capabilities.every((c) => offered.includes(c)));
    assert.ok(header.capabilities.includes('client_update'));
    const [registration] = header.init_registrations;
    assert.equal(registration.product, 'ip_messaging');
    assert.equal(registration.type, 'ers');
    assert.equal(registration.message_types.length, 5);
    assert.equal(typeof registration.notification_ctx_id, 'string');
    assert.equal(alice.packets[0], alice.initReply, 'nothing is sent before the reply');
  });

  test('raw_init_minimal', async (t) => {
    const alice = await world.raw(t, 'alice', { init: false });
    const reply = await alice.ask({ method: 'init', token: await world.token(alice.identity) });
    assert.equal(reply.header.status.code, 200);
    assert.deepEqual(reply.header.capabilities, [], 'nothing was offered');
  });

  test('raw_init_without_token', async (t) => {
    for (const token of [undefined, null, 7, '']) {
      const alice = await world.raw(t, 'alice', { init: false });
      alice.send({ method: 'init', token });
      const answer = await alice.gets(() => true, 'an answer');
      const { code } = answer.header.status;
      assert.ok(code === 401 || code === 406, `${JSON.stringify(token)} got ${code}`);
    }
  });

  test('reconnect_keeps_continuation_token', async (t) => {
    const alice = await world.raw(t, 'alice');
    const kept = alice.initReply.header.continuation_token;
    const again = await world.raw(t, 'alice', { as: alice.identity, init: false });
    const reply = await again.init(await world.token(alice.identity), { continuation_token: kept });
    assert.equal(reply.header.continuation_token, kept);
    assert.equal(reply.header.continuation_token_status.reissued, false);
    for (const [identity, foreign] of [[fresh('mallory'), kept], [alice.identity, 'garbage'], [alice.identity, `${kept}x`]]) {
      const other = await world.raw(t, 'other', { as: identity, init: false });
      const { header } = await other.init(await world.token(identity), { continuation_token: foreign });
      assert.equal(header.status.code, 200);
      assert.equal(header.continuation_token_status.reissued, true);
      assert.notEqual(header.continuation_token, foreign);
    }
  });

  test('raw_text_frame', async (t) => {
    const alice = await world.raw(t, 'alice');
    alice.socket.send(packet(PING).toString());
    const code = await within(alice.ended, 'the end of the connection');
    const said = alice.packets.find((p) => p.header.method === 'close')?.header.status.code;
    assert.ok(said === 406 || code === 1003, `neither close 406 nor WebSocket 1003 (unsupported data) but ${said}/${code}`);
    assert.equal(alice.packets.some((p) => p.header.id === 'TM1'), false, 'the packet was not obeyed');
  });

  for (const [name, bytes] of Object.entries(UNREADABLE)) {
    test(`raw_garbage_is_refused: ${name}`, async (t) => {
      const alice = await world.raw(t, 'alice');
      alice.sendBytes(bytes);
      await closed406(alice);
    });
  }

  for (const [name, bytes] of Object.entries(BAD_SIZES)) {
    test(`raw_bad_header_size: ${name}`, async (t) => {
      const alice = await world.raw(t, 'alice');
      alice.sendBytes(bytes);
      await closed406(alice);
    });
  }

  test('raw_garbage_before_init', async (t) => {
    const alice = await world.raw(t, 'alice', { init: false });
    alice.sendBytes(Buffer.from('GET / HTTP/1.1\r\n\r\n'));
    await closed406(alice);
  });

  test('raw_packet_cut_at_every_byte', async (t) => {
    const bytes = encode({ id: 'TMcut', method: 'message', payload_type: 'application/json' }, '{"a":1}', { trailer: false });
    for (const length of numbers(bytes.length)) {
      const alice = await world.raw(t, 'alice', { init: false });
      alice.sendBytes(bytes.subarray(0, length));
      await closed406(alice);
    }
  });

  test('raw_packet_in_small_fragments', async (t) => {
    const alice = await world.raw(t, 'alice');
    const bytes = packet(PING.replace('TM1', 'TMfragments'));
    for (const i of numbers(bytes.length)) {
      alice.socket.send(bytes.subarray(i, i + 1), { binary: true, fin: i === bytes.length - 1 });
    }
    const reply = await alice.gets((p) => p.header.id === 'TMfragments', 'the reply');
    assert.equal(reply.header.status.code, 200);
  });

  test('raw_tolerated_spellings', async (t) => {
    const alice = await world.raw(t, 'alice');
    const request = (id) => JSON.stringify({ id, method: 'message', active_grant: 'ip_messaging', unknown: { a: [1] },
      http_request: { host: 'x', path: '/Client/v2/Configuration', method: 'GET', params: {}, headers: {} } });
    const spellings = {
      'space before the line end': Buffer.from(packet(request('TM1')).toString().replace('\r\n', ' \r\n')),
      'no payload_size': packet(request('TM2')),
      'payload without trailer': encode({ ...JSON.parse(request('TM3')) }, '{}', { trailer: false }),
      'payload with trailer': encode({ ...JSON.parse(request('TM4')) }, '{}'),
      'payload type with parameter': encode({ ...JSON.parse(request('TM5')), payload_type: 'application/json;charset=utf-8' }, '{}'),
    };
    for (const [i, [name, bytes]] of Object.entries(spellings).entries()) {
      alice.sendBytes(bytes);
      const reply = await alice.gets((p) => p.header.id === `TM${i + 1}`, `the reply to: ${name}`);
      assert.equal(reply.header.http_status.code, 200, name);
    }
  });

  const EARLY = {
    message: { http_request: { host: 'x', path: '/Client/v2/Configuration', method: 'GET', params: {}, headers: {} } },
    update: { token: 'a.b.c' },
    ping: {},
    nonsense: {},
  };
  for (const [method, fields] of Object.entries(EARLY)) {
    test(`raw_before_init: ${method}`, async (t) => {
      const alice = await world.raw(t, 'alice', { init: false });
      const reply = await alice.ask({ method, ...fields });
      assert.equal(reply.header.status.code, 401);
      assert.equal(reply.header.status.errorCode, 51215);
      assert.equal(reply.payload, undefined);
    });
  }

  test('raw_unknown_method', async (t) => {
    const alice = await world.raw(t, 'alice');
    const reply = await alice.ask({ method: 'nonsense' });
    assert.equal(reply.header.status.code, 400);
    assert.equal((await alice.configuration()).identity, alice.identity, 'the connection lives');
  });

  test('raw_ping_is_answered', async (t) => {
    const alice = await world.raw(t, 'alice');
    assert.equal((await alice.ask({ method: 'ping' })).header.status.code, 200);
  });

  test('raw_notification_contexts_are_answered', async (t) => {
    const alice = await world.raw(t, 'alice');
    const context = { notification_ctx_id: randomUUID() };
    const put = { product_id: 'ip_messaging', notification_protocol_version: 4, endpoint_platform: 'web', message_types: ['twilio.sync.event'] };
    assert.equal((await alice.ask({ method: 'put_notification_ctx', ...context }, JSON.stringify(put))).header.status.code, 200);
    assert.equal((await alice.ask({ method: 'delete_notification_ctx', ...context })).header.status.code, 200);
  });

  test('raw_close_ends_the_connection', async (t) => {
    const alice = await world.raw(t, 'alice');
    alice.send({ method: 'close' });
    await within(alice.ended, 'the end of the connection');
  });

  test('raw_two_mebibytes', async (t) => {
    const alice = await world.raw(t, 'alice');
    const header = { id: 'TMbig', method: 'message', payload_type: 'application/json',
      http_request: { host: 'x', path: '/Client/v2/Configuration', method: 'POST', params: {}, headers: {} } };
    alice.socket.on('error', () => {});
    alice.sendBytes(encode(header, `{"a":"${'x'.repeat(2 * MIB)}"}`));
    await within(alice.ended, 'the end of the connection');
    assert.equal(alice.packets.some((p) => p.header.id === 'TMbig'), false);
    const next = await world.raw(t, 'next');
    assert.equal((await next.configuration()).identity, next.identity, 'the service lives');
  });

  test('raw_packet_just_below_the_limit', async (t) => {
    const { alice, paths } = await member(t);
    const reply = await alice.http('POST', paths.messages, { body: 'x'.repeat(MIB - 4096), attributes: '{}' });
    assert.ok([400, 413].includes(reply.status), `too long for a message, not for a packet: ${reply.status}`);
    assert.equal((await send(alice, paths, 'small')).status, 201);
  });

  const DEEP = {
    arrays: '['.repeat(10_000) + ']'.repeat(10_000),
    objects: '{"a":'.repeat(10_000) + '1' + '}'.repeat(10_000),
    'never closed': '['.repeat(10_000),
  };
  for (const [name, body] of Object.entries(DEEP)) {
    test(`raw_json_nested_too_deep: ${name}`, async (t) => {
      const { alice, paths } = await member(t);
      const reply = await alice.http('POST', paths.messages, body);
      assert.equal(reply.status, 400, JSON.stringify(reply.header));
      assert.equal(typeof reply.body.message, 'string');
      assert.equal((await send(alice, paths, 'small')).body.index, 0);
    });
  }

  const BAD_BODIES = {
    'not JSON': 'hello', 'cut off': '{"body":"a', 'an array': '[1]', 'a word': 'ip_messaging', 'body is a number': '{"body":1}',
    'attributes are not text': '{"body":"a","attributes":{"a":1}}', 'attributes are not JSON': '{"body":"a","attributes":"{"}',
  };
  for (const [name, body] of Object.entries(BAD_BODIES)) {
    test(`raw_bad_body: ${name}`, async (t) => {
      const { alice, paths } = await member(t);
      const reply = await alice.http('POST', paths.messages, body);
      assert.equal(reply.transport, 200, 'the transport worked');
      assert.equal(reply.status, 400, JSON.stringify(reply.body));
      assert.equal(reply.body.code, 20001);
      assert.equal(reply.body.status, 400);
    });
  }

  test('raw_body_is_not_utf8', async (t) => {
    const { alice, paths } = await member(t);
    const header = { id: 'TMlatin', method: 'message', payload_type: 'application/json',
      http_request: { host: 'x', path: paths.messages, method: 'POST', params: {}, headers: {} } };
    alice.sendBytes(encode(header, Buffer.from('{"body":"\xff\xfe"}', 'latin1')));
    const { header: answer } = await alice.gets((p) => p.header.id === 'TMlatin' || p.header.method === 'close', 'an answer');
    assert.ok(answer.http_status?.code === 400 || answer.status?.code === 406, JSON.stringify(answer));
  });

  test('raw_unknown_route', async (t) => {
    const alice = await world.raw(t, 'alice');
    for (const path of ['/no/such', '/', '/Client/v2', '/v3/Documents', '/Client/v2/Services/IS00/Conversations']) {
      const reply = await alice.http('GET', path);
      assert.equal(reply.transport, 200);
      assert.equal(reply.status, 404, path);
      assert.equal(reply.body.code, 20404, path);
    }
  });

  test('raw_bad_escapes', async (t) => {
    const alice = await world.raw(t, 'alice');
    for (const path of ['/%', '/v3/Maps/%zz', '/v3/Maps/%ff%fe', '/v3/Maps/a%00b', '']) {
      const reply = await alice.http('GET', path);
      assert.ok([400, 404].includes(reply.status), `${path}: ${reply.status}`);
    }
    assert.equal((await alice.configuration()).identity, alice.identity);
  });

  test('raw_wrong_verb', async (t) => {
    const alice = await world.raw(t, 'alice');
    const reply = await alice.http('DELETE', '/Client/v2/Configuration');
    assert.equal(reply.status, 405);
    assert.equal(reply.body.code, 20004);
  });

  test('raw_request_id_is_echoed', async (t) => {
    const alice = await world.raw(t, 'alice');
    const id = `RQ${'ab'.repeat(16)}`;
    const reply = await alice.http('GET', '/Client/v2/Configuration', undefined, { headers: { 'Twilio-Request-Id': id } });
    assert.equal(reply.fields['twilio-request-id'], id);
    assert.match(reply.fields['content-type'], /^application\/json/);
  });

  test('raw_delete_bodies_are_tolerated', async (t) => {
    const { alice, paths } = await member(t);
    for (const body of ['{}', 'null', 'ip_messaging', undefined]) {
      const { sid } = (await send(alice, paths, 'brief')).body;
      const reply = await alice.http('DELETE', `${paths.messages}/${sid}`, body);
      assert.equal(reply.status, 204, body);
      assert.equal(reply.body, undefined);
    }
  });

  test('raw_repeated_parameters', async (t) => {
    const { alice, paths, list } = await member(t);
    for (const i of numbers(5)) await send(alice, paths, String(i));
    for (const params of [{ PageSize: '2', Order: 'desc' }, { PageSize: ['2'], Order: ['desc'] }]) {
      const { body } = await alice.http('GET', pathOf(list.links.items), undefined, { params });
      assert.deepEqual(body.items.map((item) => item.index), [4, 3]);
      assert.ok(body.meta.next_token);
      assert.ok(!body.meta.previous_token);
    }
  });

  test('raw_items_pages_by_token_alone', async (t) => {
    const { alice, paths, list } = await member(t);
    for (const i of numbers(7)) await send(alice, paths, String(i));
    const seen = [];
    let params = { PageSize: '3', Order: 'desc' };
    for (;;) {
      const { body } = await alice.http('GET', pathOf(list.links.items), undefined, { params });
      seen.push(...body.items.map((item) => item.index));
      if (!body.meta.next_token) break;
      params = { PageToken: encodeURIComponent(body.meta.next_token) };
    }
    assert.deepEqual(seen, numbers(7).reverse());
  });

  test('raw_sync_objects_missing', async (t) => {
    const alice = await world.raw(t, 'alice');
    for (const [kind, code] of [['Documents', 54100], ['Lists', 54150], ['Maps', 54200]]) {
      const reply = await alice.http('GET', `/v3/${kind}/nothing`);
      assert.equal(reply.status, 404, kind);
      assert.equal(reply.body.code, code, kind);
    }
  });

  test('raw_map_item_by_key', async (t) => {
    const { alice, own, room } = await member(t);
    const map = (await alice.http('GET', `/v3/Maps/${own.my_conversations}`)).body;
    const ask = (Key) => alice.http('GET', pathOf(map.links.items), undefined, { params: { Key } });
    const [item] = (await ask(room.sid)).body.items;
    assert.equal(item.key, room.sid);
    assert.equal(item.data.status, 'joined');
    const missing = await ask('CH' + '0'.repeat(32));
    assert.equal(missing.status, 200, 'not 404');
    assert.deepEqual(missing.body.items, []);
  });

  test('raw_subscribe_outcomes', async (t) => {
    const { alice, list, document } = await member(t);
    for (const object of [list, document]) {
      const { type, event, correlation } = await alice.subscribe(object, { lastEvent: object.last_event_id });
      assert.equal(type, 'subscription_established');
      assert.equal(event.object_sid, object.sid);
      assert.equal(event.object_type, object.type);
      assert.equal(event.replay_status, 'completed');
      assert.equal(typeof event.last_event_id, 'number');
      assert.ok(correlation > 2 ** 40, 'a number beyond 32 bits came back unchanged');
    }
    const missing = await alice.subscribe({ sid: 'ES' + '0'.repeat(32), type: 'list' });
    assert.equal(missing.type, 'subscription_failed');
    assert.equal(missing.event.error.status, 404);
  });

  test('raw_subscribe_replays', async (t) => {
    const { alice, paths, list } = await member(t);
    const sids = [];
    for (const body of ['kept', 'gone', 'changed']) sids.push((await send(alice, paths, body)).body.sid);
    await alice.http('DELETE', `${paths.messages}/${sids[1]}`, '{}');
    await alice.http('POST', `${paths.messages}/${sids[2]}`, { body: 'new text' });
    await alice.subscribe(list, { lastEvent: -1 });
    const replay = alice.notifications((p) => p.event_type.startsWith('list_item'))
      .flatMap((p) => p.payload.events.map((e) => ({ type: p.payload.event_type, ...e })));
    const ids = replay.map((e) => e.id);
    assert.deepEqual(ids, [...ids].sort((a, b) => a - b), 'in the order of the ids');
    const added = replay.filter((e) => e.type === 'list_item_added');
    assert.deepEqual(added.map((e) => e.item_data.text), ['kept', 'new text']);
    const removed = replay.filter((e) => e.type === 'list_item_removed');
    assert.deepEqual(removed.map((e) => Number(e.item_index)), [1], 'removed after it was created: still reported');

    const from = replay.at(-1).id;
    await send(alice, paths, 'live');
    await alice.gets((p) => p.payload?.event_type === 'list_item_added' && p.payload.event?.item_data.text === 'live', 'the live event');
    const [event] = itemsOf(alice, list).slice(-1);
    assert.ok(event.id > from, 'ids grow');
    const again = await world.raw(t, 'again', { as: alice.identity });
    await again.subscribe(list, { lastEvent: from });
    assert.deepEqual(itemsOf(again, list).map((e) => e.item_data.text), ['live'], 'only what is newer');
  });

  test('raw_subscribe_from_now', async (t) => {
    const { alice, paths, list } = await member(t);
    await send(alice, paths, 'old');
    const { event } = await alice.subscribe(list);
    assert.ok(event.last_event_id >= 0);
    assert.deepEqual(itemsOf(alice, list), []);
  });

  test('raw_cancel_stops_events', async (t) => {
    const { alice, paths, list, document } = await member(t);
    await alice.subscribe(document, { lastEvent: document.last_event_id });
    await alice.subscribe(list, { lastEvent: list.last_event_id });
    const cancelled = await alice.subscribe(list, { action: 'cancel' });
    assert.equal(cancelled.type, 'subscription_canceled');
    await send(alice, paths, 'unseen');
    await alice.gets((p) => p.payload?.event?.document_data?.lastMessage?.index === 0, 'the event of the document');
    assert.deepEqual(itemsOf(alice, list), []);
  });

  test('raw_bad_subscriptions', async (t) => {
    const alice = await world.raw(t, 'alice');
    for (const body of ['{}', '[]', '{"action":"dance","correlation_id":1,"requests":[]}', '{"action":"establish","requests":7}']) {
      const reply = await alice.http('POST', '/v4/Subscriptions', body);
      assert.equal(reply.status, 400, body);
    }
    assert.equal(await alice.barrier(), 200);
  });

  test('raw_public_conversation', async (t) => {
    const alice = await world.raw(t, 'alice');
    const { links } = await alice.configuration();
    const uniqueName = fresh('square');
    const room = (await alice.http('POST', pathOf(links.conversations), { unique_name: uniqueName, type: 'public' })).body;
    const bob = await world.enter(t, 'bob');
    const found = await bob.client.getConversationByUniqueName(uniqueName);
    assert.equal(found.sid, room.sid);
    assert.equal(found.status, 'notParticipating');
    await found.join();
    const joined = await bob.joined(room);
    assert.equal(await joined.sendMessage('in the open'), 0);
  });

  test('raw_mutation_id_repeated', async (t) => {
    const { alice, paths } = await member(t);
    const headers = { 'X-Twilio-Mutation-Id': randomUUID() };
    const first = await alice.http('POST', paths.messages, { body: 'once' }, { headers });
    assert.equal(first.status, 201);
    const second = await alice.http('POST', paths.messages, { body: 'once' }, { headers });
    assert.equal(second.status, 202);
    const found = await alice.http('GET', pathOf(second.body.resource_url));
    assert.equal(found.body.sid, first.body.sid);
    assert.equal(found.body.index, 0);
    assert.equal((await send(alice, paths, 'next')).body.index, 1, 'it was stored once');

    const removal = { 'X-Twilio-Mutation-Id': randomUUID() };
    for (const round of [1, 2]) {
      const reply = await alice.http('DELETE', `${paths.messages}/${first.body.sid}`, '{}', { headers: removal });
      assert.equal(reply.status, 204, `round ${round}`);
    }
    const bob = await world.raw(t, 'bob');
    const foreign = await bob.http('POST', paths.messages, { body: 'once' }, { headers });
    assert.equal(foreign.status, 403, "another identity's id says nothing");
  });

  test('raw_push_registration', async (t) => {
    // The client repeats a refused registration for ever: a service without push must accept it too.
    const alice = await world.raw(t, 'alice');
    const registration = { endpoint_platform: 'web', channel_type: 'fcm', version: '3',
      message_types: ['twilio.conversations.new_message'], data: { registration_id: 'device token' } };
    const product = { params: { productId: 'ip_messaging' } };
    const made = await alice.http('POST', '/v1/registrations', registration, product);
    assert.ok(made.status >= 200 && made.status < 300, JSON.stringify(made));
    assert.equal(typeof made.body.id, 'string');
    const gone = await alice.http('DELETE', `/v1/registrations/${made.body.id}`, '{}', product);
    assert.ok(gone.status >= 200 && gone.status < 300, JSON.stringify(gone));
    const address = { binding_type: 'fcm', address: 'device token' };
    const cleared = await alice.http('DELETE', '/v1/registrations', address, product);
    assert.ok(cleared.status >= 200 && cleared.status < 300, JSON.stringify(cleared));
  });

  test('raw_links_are_absolute', async (t) => {
    const { links, room, list } = await member(t);
    const urls = [...Object.values(links), room.url, ...Object.values(room.links), list.url, list.links.items];
    for (const url of urls.filter((u) => u !== null)) assert.match(url, /^https?:\/\/[^/]+\/./);
  });

  test('raw_wrong_websocket_path', async () => {
    for (const path of ['/', '/v3/other', '/v2/wsconnect']) {
      const socket = new WebSocket(`ws://${world.chatAddress}${path}`);
      const status = await within(new Promise((resolve) => {
        socket.on('unexpected-response', (_, reply) => resolve(reply.statusCode));
        socket.on('open', () => resolve('open'));
        socket.on('error', (error) => resolve(error.message));
      }), 'a refusal');
      assert.equal(status, 404, path);
      socket.terminate();
    }
  });

  test('raw_query_does_not_matter', async (t) => {
    const alice = await world.raw(t, 'alice', { path: '/v3/wsconnect?x=1' });
    assert.equal((await alice.configuration()).identity, alice.identity);
  });

  test('isolation_sync_objects', async (t) => {
    const { own, names, list, roster, document } = await member(t);
    const eve = await world.raw(t, 'eve');
    const secrets = [['Documents', names.conversation], ['Lists', names.messages], ['Maps', names.participants], ['Maps', own.my_conversations],
      ['Documents', document.sid], ['Lists', list.sid], ['Maps', roster.sid]];
    for (const [kind, id] of secrets) {
      const reply = await eve.http('GET', `/v3/${kind}/${id}`);
      assert.equal(reply.status, 403, `${kind}/${id}`);
      assert.equal(reply.body.code, 54007);
    }
    for (const object of [document, list, roster]) {
      const outcome = await eve.subscribe(object, { lastEvent: -1 });
      assert.equal(outcome.type, 'subscription_failed');
      assert.equal(outcome.event.error.status, 403);
    }
    const items = await eve.http('GET', pathOf(list.links.items));
    assert.equal(items.status, 403);
    assert.equal((await eve.http('GET', `/v3/Maps/${own.my_user_info}`)).status, 200, 'user records are for everybody');
  });

  test('isolation_rest', async (t) => {
    const { alice, paths, links } = await member(t);
    const { sid } = (await send(alice, paths, 'secret')).body;
    const eve = await world.raw(t, 'eve');
    const tries = [
      ['GET', paths.self], ['POST', paths.self, { friendly_name: 'x' }], ['DELETE', paths.self, '{}'],
      ['POST', paths.participants, { identity: eve.identity }], ['DELETE', `${paths.participants}/${alice.identity}`, '{}'],
      ['POST', paths.messages, { body: 'x' }], ['POST', `${paths.messages}/${sid}`, { body: 'x' }], ['DELETE', `${paths.messages}/${sid}`, '{}'],
      ['GET', `${paths.messages}/${sid}`], ['GET', pathOf(links.my_conversations)],
    ];
    for (const [verb, path, body] of tries) {
      const reply = await eve.http(verb, path, body);
      assert.equal(reply.status, 403, `${verb} ${path}: ${JSON.stringify(reply.body)}`);
    }
    const { body } = await alice.http('GET', paths.self);
    assert.deepEqual([body.participants_count, body.messages_count, body.friendly_name], [1, 1, null]);
  });

  test('removed_participant_is_cut_off', async (t) => {
    const bob = await world.raw(t, 'bob');
    const { alice, paths, list, roster, document } = await member(t, bob.identity);
    for (const object of [list, roster, document]) {
      assert.equal((await bob.subscribe(object, { lastEvent: object.last_event_id })).type, 'subscription_established');
    }
    await send(alice, paths, 'for both');
    await bob.gets((p) => p.payload?.event?.item_data?.text === 'for both', 'the message');
    // Bob stays in a second room: its later event proves that nothing of the first one is still on the way.
    const other = await member(t, bob.identity);
    await bob.subscribe(other.list, { lastEvent: other.list.last_event_id });
    await alice.http('DELETE', `${paths.participants}/${encodeURIComponent(bob.identity)}`, '{}');
    await send(alice, paths, 'without bob');
    await send(other.alice, other.paths, 'later');
    await bob.gets((p) => p.payload?.event?.item_data?.text === 'later', 'the later message');
    assert.equal(bob.notifications((p) => JSON.stringify(p).includes('without bob')).length, 0);
    assert.equal(bob.notifications((p) => p.event?.document_data?.lastMessage?.index === 1).length, 0);
    assert.equal((await bob.http('GET', pathOf(list.links.items))).status, 403);
    assert.equal((await bob.subscribe(list, { lastEvent: 0 })).event.error.status, 403);
    assert.equal((await send(bob, paths, 'still here?')).status, 403);
  });

  test('raw_removed_member_gets_nothing', async (t) => {
    const bob = await world.raw(t, 'bob');
    const { alice, paths, list, roster, document } = await member(t, bob.identity);
    const objects = [list, roster, document];
    for (const object of objects) await bob.subscribe(object, { lastEvent: object.last_event_id });
    await alice.http('DELETE', `${paths.participants}/${encodeURIComponent(bob.identity)}`, '{}');
    await bob.barrier();
    const before = bob.packets.length;
    const { sid } = (await send(alice, paths, 'one')).body;
    await alice.http('POST', `${paths.messages}/${sid}`, { body: 'two' });
    await alice.http('POST', paths.self, { friendly_name: 'renamed' });
    await alice.http('POST', paths.participants, { identity: fresh('carol') });
    await alice.http('DELETE', `${paths.messages}/${sid}`, '{}');
    await alice.http('DELETE', paths.self, '{}');
    await bob.barrier();
    const sids = objects.map((object) => object.sid);
    const late = bob.packets.slice(before).filter((p) => sids.some((one) => JSON.stringify(p.payload ?? '').includes(one)));
    assert.deepEqual(late, []);
  });

  test('raw_token_update', async (t) => {
    const alice = await world.raw(t, 'alice');
    assert.equal((await alice.ask({ method: 'update', token: helperToken(alice.identity, { ttl: 3601 }) })).header.status.code, 200);
    assert.equal((await alice.ask({ method: 'update', token: await world.token(fresh('mallory')) })).header.status.code, 403);
  });

  test('raw_expiry_closes_with_410', async (t) => {
    const alice = await world.raw(t, 'alice', { init: false });
    await alice.init(helperToken(alice.identity, { ttl: 3 }));
    const notice = await alice.gets((p) => p.header.method === 'client_update', 'the notice');
    assert.equal(notice.header.client_update_type, 'token_about_to_expire');
    const { header } = await alice.gets((p) => p.header.method === 'close', 'close');
    assert.equal(header.status.code, 410);
    assert.equal(header.status.errorCode, 20104);
    await within(alice.ended, 'the end of the connection');
  });
});
