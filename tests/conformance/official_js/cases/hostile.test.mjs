// Clients that mean no good, while two honest official clients must go on talking.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import net from 'node:net';
import { eventually, pause, SLOWNESS, within } from '../support/deadline.mjs';
import { numbers } from '../support/expect.mjs';
import { encode } from '../support/packet.mjs';
import { memoryBound } from '../support/programs.mjs';
import { pathOf } from '../support/raw.mjs';
import { cases, fresh, THROTTLE } from '../support/world.mjs';

const MIB = 1024 * 1024;
/** What the service may hold more after an attack than before it. */
const GROWTH = memoryBound(150 * MIB);
/** How long an honest message may take while an attack goes on, on a busy machine. */
const IN_TIME_MS = 5000;
const KEY = 'dGhlIHNhbXBsZSBub25jZQ==';
const upgrade = (more = '') => `GET /v3/wsconnect HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n`
  + `Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${KEY}\r\n${more}\r\n`;

cases('hostile', { concurrency: 1, chat: THROTTLE }, (world, test) => {
  /** A bare socket to the service; whatever happens to it is no error of the case. */
  const dial = async (t) => {
    const [host, port] = world.chatAddress.split(':');
    const socket = net.connect(Number(port), host).on('error', () => {});
    t.after(() => socket.destroy());
    await within(once(socket, 'connect'), 'a connection');
    return socket;
  };
  /** A socket past the opening handshake. */
  const shaken = async (t) => {
    const socket = await dial(t);
    socket.write(upgrade());
    await within(once(socket, 'data'), 'the answer to the handshake');
    return socket;
  };
  const closes = (socket, ms) => within(new Promise((resolve) => (socket.destroyed ? resolve() : socket.on('close', resolve).resume())),
    'the service to close the connection', ms);

  /** Runs `attack` beside an honest conversation that must go on in time; then the service must be alive and no fatter. */
  const during = async (t, attack) => {
    const [alice, bob] = [await world.enter(t, 'alice'), await world.enter(t, 'bob')];
    const room = await alice.room({}, bob);
    const before = world.chatService.memory();
    let over = false;
    let said = 0;
    const talk = async () => {
      do {
        const text = `honest ${said++}`;
        await within(room.sendMessage(text), `the answer to "${text}"`, IN_TIME_MS);
        await bob.sees('messageAdded', (m) => m.body === text, { what: text, ms: IN_TIME_MS });
        await pause(50);
      } while (!over);
    };
    const talking = talk();
    try {
      await Promise.race([attack(), talking]);
    } finally {
      over = true;
    }
    await talking;
    assert.deepEqual(bob.messages(room).map((m) => m.index), numbers(said));
    for (const device of [alice, bob])
      assert.deepEqual(device.all('connectionStateChanged'), ['connecting', 'connected'], `${device.name} was not disturbed`);
    await eventually('the memory to be given back', () => world.chatService.memory() - before < GROWTH).catch(() => {});
    const growth = world.chatService.memory() - before;
    assert.ok(growth < GROWTH, `${(growth / MIB).toFixed()} MiB more after it`);
  };
  const LONG = { timeout: 90_000 };

  /** People who will each ask too much: few enough that a slow build, too, hears too much from each. */
  const crowdOf = (t, size) => Promise.all(numbers(Math.ceil(size / SLOWNESS)).map((i) => world.raw(t, `mallory${i}`)));
  /** Each of the crowd says so much again and again, until it is sent away for it. */
  const flood = async (crowd, volley, packet) => {
    // A slow machine floods slowly: it goes on until everybody has been sent away.
    for (const round of numbers(200)) {
      if (crowd.every((device) => device.socket.readyState !== 1)) break;
      for (const [i, device] of crowd.entries())
        for (const n of numbers(volley)) if (device.socket.readyState === 1) device.send(packet(`TM${round}-${i}-${n}`));
      await pause(50);
    }
    for (const device of crowd) {
      const close = await device.gets((p) => p.header.method === 'close', 'to be sent away');
      assert.deepEqual([close.header.status.code, close.header.status.errorCode], [429, 51202]);
      await within(device.ended, 'the end of the connection');
    }
  };

  test('hostile_connections_that_say_nothing', async (t) => during(t, async () => {
    const sockets = await Promise.all(numbers(500).map(() => dial(t)));
    for (const socket of sockets.slice(0, 250)) socket.write(upgrade());
    await pause(2000);
    for (const socket of sockets) socket.destroy();
  }), LONG);

  test('hostile_half_open_handshakes_end', async (t) => during(t, async () => {
    const sockets = await Promise.all(numbers(100).map(() => dial(t)));
    for (const socket of sockets) socket.write('GET /v3/wsconnect HTTP/1.1\r\nHost:');
    await Promise.all(sockets.map((socket) => closes(socket, 40_000)));
  }), LONG);

  test('hostile_no_init', async (t) => during(t, async () => {
    const sockets = await Promise.all(numbers(50).map(() => shaken(t)));
    await Promise.all(sockets.map((socket) => closes(socket, 60_000)));
  }), LONG);

  test('hostile_handshake_byte_by_byte', async (t) => during(t, async () => {
    const sockets = await Promise.all(numbers(50).map(() => dial(t)));
    for (const byte of upgrade().slice(0, 60)) {
      for (const socket of sockets) if (!socket.destroyed) socket.write(byte);
      await pause(20);
    }
    for (const socket of sockets) socket.destroy();
  }), LONG);

  test('hostile_giant_headers', async (t) => during(t, async () => {
    const giants = {
      'one header': `X-Big: ${'x'.repeat(2 * MIB)}\r\n`,
      'many headers': numbers(20_000).map((i) => `X-${i}: y\r\n`).join(''),
      'a header without end': 'X'.repeat(2 * MIB),
      'a folded header': `X-Big: a\r\n${' b\r\n'.repeat(100_000)}`,
    };
    for (const header of Object.values(giants)) {
      const socket = await dial(t);
      socket.write(upgrade(header).slice(0, -2));
      await closes(socket, 20_000);
    }
    const path = await dial(t);
    path.write(`GET /${'a'.repeat(MIB)} HTTP/1.1\r\n`);
    await closes(path, 20_000);
  }), LONG);

  test('hostile_frames', async (t) => during(t, async () => {
    const frame = (...bytes) => Buffer.from(bytes);
    const masked = (opcode, size, fin = 0x80) => {
      const head = Buffer.alloc(14);
      head[0] = fin | opcode;
      head[1] = 0x80 | 127;
      head.writeBigUInt64BE(BigInt(size), 2);
      return head;
    };
    const bad = {
      'two to the sixty bytes': masked(2, 2n ** 60n),
      'the top bit of the length': masked(2, 2n ** 63n),
      'one gigabyte': masked(2, 2n ** 30n),
      'not masked': frame(0x82, 5, 1, 2, 3, 4, 5),
      'reserved bits': frame(0xf2, 0x80, 0, 0, 0, 0),
      'an opcode that is none': frame(0x83, 0x80, 0, 0, 0, 0),
      'a ping in pieces': frame(0x09, 0x80, 0, 0, 0, 0),
      'a ping too long': Buffer.concat([frame(0x89, 0xfe, 0, 126, 0, 0, 0, 0), Buffer.alloc(126)]),
      'a continuation of nothing': frame(0x80, 0x80, 0, 0, 0, 0),
      'a message within a message': frame(0x02, 0x80, 0, 0, 0, 0, 0x82, 0x80, 0, 0, 0, 0),
      'a close with one byte': frame(0x88, 0x81, 0, 0, 0, 0, 3),
      'a length that is too wide': frame(0x82, 0xfe, 0, 5, 0, 0, 0, 0, 1, 2, 3, 4, 5),
      'random bytes': randomBytes(5000),
    };
    for (const [name, bytes] of Object.entries(bad)) {
      const socket = await shaken(t);
      socket.write(bytes);
      if (name !== 'a length that is too wide') await closes(socket, 10_000);
    }
  }), LONG);

  test('hostile_message_in_endless_pieces', async (t) => during(t, async () => {
    const sockets = await Promise.all(numbers(10).map(() => shaken(t)));
    const piece = Buffer.concat([Buffer.from([0x00, 0xfe, 0xff, 0xff, 0, 0, 0, 0]), Buffer.alloc(65_535)]);
    const pour = async (socket) => {
      socket.write(Buffer.from([0x02, 0x80, 0, 0, 0, 0]));
      for (let sent = 0; sent < 32 * MIB && !socket.destroyed; sent += piece.length)
        if (!socket.write(piece)) await Promise.race([once(socket, 'drain'), closes(socket)]).catch(() => {});
      await closes(socket, 20_000);
    };
    await Promise.all(sockets.map(pour));
  }), LONG);

  test('hostile_pings_of_websocket', async (t) => during(t, async () => {
    const sockets = await Promise.all(numbers(5).map(() => shaken(t)));
    const ping = Buffer.concat([Buffer.from([0x89, 0xfd, 0, 0, 0, 0]), Buffer.alloc(125)]);
    const volley = Buffer.concat(numbers(500).map(() => ping));
    for (const socket of sockets) socket.pause(); // the pongs are not read
    for (const _ of numbers(100)) for (const socket of sockets) if (!socket.destroyed) socket.write(volley);
    await pause(3000);
  }), LONG);

  test('hostile_fake_lengths', async (t) => during(t, async () => {
    for (const size of ['99999999999999999999', '4294967295', '2147483648', '-1', '1e9', '0x7fffffff', ' 12']) {
      const mallory = await world.raw(t, 'mallory');
      mallory.sendBytes(Buffer.from(`TWILSOCK V3.0 ${size}\r\n{"id":"TM1","method":"ping"}\r\n`));
      await within(mallory.ended, `the end after ${size}`);
      const eve = await world.raw(t, 'eve');
      eve.sendBytes(encode({ id: 'TM1', method: 'message', payload_size: Number(size) || size }, '{}'));
      await within(eve.ended, `the end after a payload of ${size}`);
    }
    const uploader = await dial(t);
    uploader.write('POST /v1/Services/IS0/Media HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999999\r\n\r\n');
    await closes(uploader, 20_000);
    const both = await dial(t);
    both.write('POST /v1/Services/IS0/Media HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n');
    await closes(both, 20_000);
  }), LONG);

  test('hostile_flood_of_requests', async (t) => during(t, async () => {
    const crowd = await crowdOf(t, 3);
    const request = { method: 'message', active_grant: 'ip_messaging', payload_type: 'application/json',
      http_request: { host: 'x', method: 'GET', path: '/Client/v2/Configuration', params: {}, headers: {} } };
    await flood(crowd, 200, (id) => ({ ...request, id }));
    for (const device of crowd) {
      const refused = device.packets.filter((p) => p.header.http_status?.code === 429);
      assert.ok(refused.length >= 900, `the flood is refused: ${refused.length}`);
    }
  }), LONG);

  test('hostile_flood_of_pings', async (t) => during(t, async () => {
    const crowd = await crowdOf(t, 4);
    await flood(crowd, 500, (id) => ({ method: 'ping', id }));
  }), LONG);

  test('hostile_flood_of_acknowledgements', async (t) => during(t, async () => {
    const crowd = await crowdOf(t, 4);
    await flood(crowd, 500, (id) => ({ method: 'reply', id, status: { code: 200, status: 'OK' } }));
  }), LONG);

  test('hostile_flood_of_telemetry', async (t) => during(t, async () => {
    const crowd = await crowdOf(t, 4);
    await flood(crowd, 500, (id) => ({ method: 'telemetry.v1', id, events: [] }));
  }), LONG);

  test('hostile_flood_of_logins', async (t) => during(t, async () => {
    for (const _ of numbers(5)) {
      const crowd = await Promise.all(numbers(60).map(() => world.raw(t, 'mallory', { init: false })));
      await Promise.all(crowd.map((device, i) => device.init(i % 2 ? 'a.b.c' : 'x'.repeat(10_000)).catch(() => {})));
      await Promise.all(crowd.map((device) => device.close()));
    }
  }), LONG);

  test('hostile_subscription_storm', async (t) => during(t, async () => {
    const mallory = await world.raw(t, 'mallory');
    const { sync_objects: own } = await mallory.configuration();
    const map = (await mallory.http('GET', `/v3/Maps/${own.my_user_info}`)).body;
    const storm = (count, sid) => mallory.http('POST', '/v4/Subscriptions', { event_protocol_version: 4, action: 'establish',
      correlation_id: Date.now(), retried_requests: 0, ttl_in_s: -1,
      requests: numbers(count).map((i) => ({ object_sid: sid(i), object_type: 'map', last_event_id: 0 })) });
    const statuses = [];
    for (const _ of numbers(20)) {
      statuses.push((await storm(1000, () => map.sid)).status);
      statuses.push((await storm(1000, (i) => `MP${i.toString(16).padStart(32, '0')}`)).status);
    }
    assert.deepEqual(statuses.slice(0, 4), [202, 202, 202, 202]);
    assert.ok(statuses.filter((status) => status === 429).length >= 20, `most of the storm is refused: ${statuses}`);
    const tooMany = await world.raw(t, 'mallory again');
    const reply = await tooMany.http('POST', '/v4/Subscriptions', { event_protocol_version: 4, action: 'establish',
      correlation_id: 1, retried_requests: 0, ttl_in_s: -1,
      requests: numbers(1001).map(() => ({ object_sid: map.sid, object_type: 'map', last_event_id: 0 })) });
    assert.equal(reply.status, 400);
  }), LONG);

  test('hostile_receivers_that_never_read', async (t) => during(t, async () => {
    // One alone may not send more than a receiver can read.
    const senders = await Promise.all(numbers(8).map((i) => world.raw(t, `sender${i}`)));
    const sender = senders[0];
    const { links } = await sender.configuration();
    const room = (await sender.http('POST', pathOf(links.conversations), {})).body;
    for (const { identity } of senders) await sender.http('POST', pathOf(room.links.participants), { identity });
    const crowd = await Promise.all(numbers(10).map((i) => world.raw(t, `deaf${i}`)));
    for (const device of crowd) {
      await sender.http('POST', pathOf(room.links.participants), { identity: device.identity });
      const { body: list } = await device.http('GET', `/v3/Lists/${room.sync_objects.messages}`);
      await device.subscribe({ ...list, type: 'list' }, { lastEvent: list.last_event_id });
      device.socket.pause();
    }
    // Each of them is sent more than the kernel and the service's own limit (4 MiB) hold, for longer than 5 s.
    for (const i of numbers(500)) {
      const { status } = await senders[i % senders.length].http('POST', pathOf(room.links.messages), { body: `${i} ${'x'.repeat(30_000)}`, attributes: '{}' });
      assert.equal(status, 201);
    }
    // Nothing more is sent to them, and nothing is read: they are found out all the same.
    const cut = () => world.chatService.everything().match(/slow_consumer_cut/g)?.length ?? 0;
    await eventually('the deaf ones to be cut', () => cut() >= crowd.length, 30_000);
    for (const device of crowd) device.socket.resume();
    await Promise.all(crowd.map((device) => within(device.ended, 'a deaf one to be cut', 20_000)));
  }), LONG);

  test('hostile_uploads_that_never_end', async (t) => during(t, async () => {
    const mallory = await world.raw(t, 'mallory');
    const { links } = await mallory.configuration();
    const [token, path] = [await world.token(mallory.identity), pathOf(links.media_service)];
    const head = `POST ${path} HTTP/1.1\r\nHost: x\r\nContent-Type: image/png\r\nX-Twilio-Token: ${token}\r\n`;
    const slow = await Promise.all(numbers(50).map(() => dial(t)));
    for (const socket of slow) socket.write(`${head}Content-Length: 1000000\r\n\r\nabc`);
    const chunked = await dial(t);
    chunked.write(`${head}Transfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n`);
    await closes(chunked, 20_000);
    await pause(1000);
    for (const socket of slow) socket.destroy();
  }), LONG);

  test('hostile_memory_by_records', async (t) => during(t, async () => {
    const mallory = await world.raw(t, 'mallory');
    const { links } = await mallory.configuration();
    const attributes = JSON.stringify({ a: 'x'.repeat(3000) });
    for (const _ of numbers(4)) {
      await Promise.all(numbers(200).map(() => mallory.http('POST', pathOf(links.conversations), { attributes, friendly_name: 'x'.repeat(200) })));
      await pause(1000);
    }
    const page = await mallory.http('GET', pathOf(links.my_conversations));
    assert.equal(page.status, 200);
  }), LONG);

  test('hostile_connections_from_one_address', async (t) => during(t, async () => {
    const sockets = await Promise.all(numbers(3000).map(() => dial(t).catch(() => null)));
    await world.raw(t, fresh('honest'));
    for (const socket of sockets) socket?.destroy();
    await eventually('their descriptors to be closed', () => world.chatService.openFiles() < 200);
  }), LONG);
});
