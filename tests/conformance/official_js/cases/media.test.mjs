// Files: sent through the client, stored by the service, fetched by temporary URLs.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import net from 'node:net';
import { pause, within } from '../support/deadline.mjs';
import { numbers } from '../support/expect.mjs';
import { pathOf } from '../support/raw.mjs';
import { cases, fresh, versions } from '../support/world.mjs';

const KIB = 1024;
const png = (size = 70_000) => ({ contentType: 'image/png', media: randomBytes(size) });
const note = (text) => ({ contentType: 'text/plain', media: Buffer.from(text) });

const download = async (url, options) => {
  const reply = await within(fetch(url, options), 'a download');
  return { status: reply.status, headers: reply.headers, bytes: Buffer.from(await reply.arrayBuffer()) };
};
/** The bytes behind a medium of a message. */
const contentOf = async (medium) => {
  const { status, bytes } = await download(await medium.getContentTemporaryUrl());
  assert.equal(status, 200);
  return bytes;
};
const pairOf = (world) => async (t) => {
  const [alice, bob] = [await world.enter(t, 'alice'), await world.enter(t, 'bob')];
  const room = await alice.room({}, bob);
  return { alice, bob, room, bobs: await bob.joined(room) };
};
/** The client turns names around here: `code` is the HTTP status. */
const refusedByMedia = async (promise, status) => {
  const error = await within(promise.then(() => undefined, (e) => e), 'a refusal');
  assert.ok(error, `expected ${status}, but the call succeeded`);
  assert.equal(error.code ?? error.status, status, `${error.message} ${JSON.stringify(error.body)}`);
  return error;
};

// The older clients put another one in its place when they are loaded.
const NodesOwnFormData = globalThis.FormData;

cases('media', { versions }, (world, test) => {
  const pair = pairOf(world);

  test('media_simple', async (t) => {
    const { alice, bob, room } = await pair(t);
    const file = png();
    assert.equal(await room.sendMessage(file, { alt: 'a picture' }), 0);
    for (const device of [alice, bob]) {
      const [message] = await device.receives(room, 1);
      assert.equal(message.type, 'media');
      assert.ok(!message.body);
      assert.deepEqual(message.attributes, { alt: 'a picture' });
      const [medium, ...others] = message.attachedMedia;
      assert.deepEqual(others, []);
      assert.match(medium.sid, /^ME[0-9a-f]{32}$/);
      assert.equal(medium.contentType, 'image/png');
      assert.equal(medium.size, file.media.length);
      assert.equal(medium.category, 'media');
      assert.equal(medium.filename, null);
      assert.equal(message.media.sid, medium.sid);
      const { status, headers, bytes } = await download(await medium.getContentTemporaryUrl());
      assert.equal(status, 200);
      assert.equal(headers.get('content-type'), 'image/png');
      assert.equal(Number(headers.get('content-length')), file.media.length);
      assert.ok(bytes.equals(file.media));
    }
  });

  test('media_file_name', async (t) => {
    const { bob, room } = await pair(t);
    for (const filename of ['päth one.png', '"quoted".txt', '文件 🙂.png', 'a%20b+c&d.png']) {
      await room.prepareMessage().setBody(filename).addMedia({ ...png(10), filename }).buildAndSend();
      const message = await bob.message(room, filename);
      assert.equal(message.attachedMedia[0].filename, filename);
      assert.equal((await contentOf(message.attachedMedia[0])).length, 10);
    }
  });

  test('media_file_name_is_no_path', async (t) => {
    const { bob, room } = await pair(t);
    for (const filename of ['../../etc/passwd', 'C:\\Windows\\win.ini', '/etc/passwd']) {
      await room.prepareMessage().setBody(filename).addMedia({ ...png(10), filename }).buildAndSend();
      const [medium] = (await bob.message(room, filename)).attachedMedia;
      assert.doesNotMatch(medium.filename ?? '', /[/\\]|\.\./, filename);
    }
  });

  test('media_of_every_size', async (t) => {
    const { bob, room } = await pair(t);
    for (const size of [1, 2, 16 * KIB - 1, 16 * KIB, 64 * KIB, 64 * KIB + 1, 1024 * KIB]) {
      const file = png(size);
      await room.sendMessage(file, { size });
      const message = await bob.sees('messageAdded', (m) => m.attributes.size === size);
      assert.equal(message.attachedMedia[0].size, size);
      assert.ok((await contentOf(message.attachedMedia[0])).equals(file.media), `${size} bytes`);
    }
  });

  test('media_builder', async (t) => {
    const { alice, bob, room } = await pair(t);
    const [picture, sound] = [png(5000), { contentType: 'audio/ogg', filename: 'a b.ogg', media: randomBytes(300) }];
    const unsent = room.prepareMessage().setBody('two files').setSubject('subject').setAttributes({ a: 1 })
      .addMedia(picture).addMedia(sound).build();
    assert.equal(await unsent.send(), 0);
    for (const device of [alice, bob]) {
      const message = await device.message(room, 'two files');
      assert.equal(message.subject, 'subject');
      assert.deepEqual(message.attributes, { a: 1 });
      assert.deepEqual(message.attachedMedia.map((m) => [m.contentType, m.size, m.filename]),
        [['image/png', 5000, null], ['audio/ogg', 300, 'a b.ogg']], 'in the order given');
      const urls = await message.getTemporaryContentUrlsForAttachedMedia();
      assert.equal(urls.size, 2);
      for (const [i, medium] of message.attachedMedia.entries()) {
        const { status, bytes } = await download(urls.get(medium.sid));
        assert.equal(status, 200);
        assert.ok(bytes.equals([picture, sound][i].media));
      }
    }
  });

  test('message_builder_extras', async (t) => {
    const { alice, bob, room, bobs } = await pair(t);
    const limit = room.limits.mediaAttachmentsCountLimit;
    assert.ok(limit >= 2);
    const many = room.prepareMessage();
    for (const _ of numbers(limit + 1)) many.addMedia(note('x'));
    assert.throws(() => many.build(), /Too many media attachments/);
    assert.ok(room.limits.emailBodiesAllowedContentTypes.includes('text/plain'));
    assert.ok(room.limits.emailHistoriesAllowedContentTypes.includes('text/plain'));
    assert.ok(room.limits.mediaAttachmentSizeLimitInMb > 0);
    assert.ok(room.limits.mediaAttachmentsTotalSizeLimitInMb > 0);
    await room.prepareMessage().setBody('mail').addMedia(png(7)).setEmailBody('text/plain', note('the body'))
      .setEmailHistory('text/plain', note('the history')).build().send();
    const message = await bob.message(room, 'mail');
    assert.equal(message.attachedMedia.length, 1, 'parts of a mail are no attachments');
    assert.equal(message.getMediaByCategories(['media', 'body', 'history']).length, 3);
    assert.equal(String(await contentOf(message.getEmailBody())), 'the body');
    assert.equal(String(await contentOf(message.getEmailHistory('text/plain'))), 'the history');
    assert.equal(message.getEmailBody('text/html'), null);
    const sids = message.getMediaByCategories(['media', 'body', 'history']).map((m) => m.sid);
    for (const urls of [await bob.client.getTemporaryContentUrlsForMediaSids(sids), await message.getTemporaryContentUrlsForMediaSids(sids)])
      assert.deepEqual([...urls.keys()].sort(), [...sids].sort());
    const attached = await message.attachTemporaryUrlsFor(message.attachedMedia);
    assert.equal((await contentOf(attached[0])).length, 7);
    const author = await bobs.getParticipantByIdentity(alice.identity);
    assert.equal((await author.getUser()).identity, alice.identity);
  });

  test('media_stays_when_the_message_changes', async (t) => {
    const { alice, bob, room } = await pair(t);
    await room.prepareMessage().setBody('before').addMedia(png(100)).buildAndSend();
    const theirs = await bob.message(room, 'before');
    const [medium] = theirs.attachedMedia;
    await (await alice.message(room, 'before')).updateBody('after');
    await bob.until(() => theirs.body === 'after', 'the new body');
    assert.deepEqual(theirs.attachedMedia.map((m) => m.sid), [medium.sid]);
    assert.equal((await contentOf(theirs.attachedMedia[0])).length, 100);
  });

  test('media_from_the_history', async (t) => {
    const { bob, room } = await pair(t);
    const file = png(4096);
    await room.sendMessage(file);
    await bob.receives(room, 1);
    const again = await world.enter(t, 'again', { as: bob.identity });
    const { items: [message] } = await (await again.joined(room)).getMessages();
    assert.equal(message.type, 'media');
    assert.ok((await contentOf(message.attachedMedia[0])).equals(file.media));
    assert.equal((await again.joined(room)).lastMessage.index, 0);
  });

  test('media_goes_with_its_message', async (t) => {
    const { alice, bob, room } = await pair(t);
    await room.sendMessage(png(100));
    const [mine] = await alice.receives(room, 1);
    const [theirs] = await bob.receives(room, 1);
    const [medium] = theirs.attachedMedia;
    const url = await medium.getContentTemporaryUrl();
    await mine.remove();
    await bob.sees('messageRemoved');
    assert.equal((await download(url)).status, 404);
    await assert.rejects(within(bob.client.getTemporaryContentUrlsForMediaSids([medium.sid]), 'a refusal'));
  });

  test('media_cancelled_upload', async (t) => {
    const { alice, room } = await pair(t);
    const sending = room.prepareMessage().setBody('never').addMedia(png(3_000_000)).build().send();
    sending.cancel();
    await assert.rejects(within(sending, 'the end of a cancelled upload'));
    await room.sendMessage('next');
    await alice.message(room, 'next');
    assert.deepEqual(alice.bodies(room), ['next']);
  });
});

const URL_LIFE_S = 3;
const MAX_BYTES = 1024 * KIB;
const LIMITS = { max_megabytes: 1, content_types: ['image/*', 'text/plain'], url_life_seconds: URL_LIFE_S };

cases('media: rules', { concurrency: 6, chat: { media: LIMITS } }, (world, test) => {
  const pair = pairOf(world);
  /** An upload by hand, as the service's links say. */
  const mcs = async (device) => {
    const [links, token] = [(await device.configuration()).links, await world.token(device.identity)];
    const upload = (media, { category = 'media', type = 'image/png', headers = { 'X-Twilio-Token': token }, filename } = {}) => {
      const name = filename === undefined ? '' : `&Filename=${encodeURIComponent(filename)}`;
      return fetch(`${links.media_service}?Category=${category}${name}`, { method: 'POST', headers: { 'Content-Type': type, ...headers }, body: media });
    };
    const describe = (sid, headers = { 'X-Twilio-Token': token }) => fetch(`${links.media_service}/${sid}`, { headers });
    const set = (sids, headers = { 'X-Twilio-Token': token }) => fetch(links.media_set_service ?? `${links.media_service}Set`, {
      method: 'POST', headers: { 'Content-Type': 'application/json', ...headers },
      body: JSON.stringify({ command: 'get', list: sids.map((media_sid) => ({ media_sid })) }) });
    return { links, token, upload, describe, set };
  };
  const uploaded = async (device, media = randomBytes(50)) => {
    const reply = await (await mcs(device)).upload(media);
    assert.equal(reply.status, 201);
    return reply.json();
  };
  /** A conversation by hand with both in it. */
  const room = async (alice, ...guests) => {
    const { links } = await alice.configuration();
    const made = (await alice.http('POST', pathOf(links.conversations), {})).body;
    for (const identity of [alice.identity, ...guests.map((g) => g.identity)])
      await alice.http('POST', pathOf(made.links.participants), { identity });
    return { sid: made.sid, post: (device, body) => device.http('POST', pathOf(made.links.messages), { attributes: '{}', ...body }) };
  };

  test('media_requires_token', async (t) => {
    const alice = await world.raw(t, 'alice');
    const { upload, describe, set } = await mcs(alice);
    const { sid } = await uploaded(alice);
    const bad = [{}, { 'X-Twilio-Token': '' }, { 'X-Twilio-Token': 'garbage' },
      { 'X-Twilio-Token': (await world.token(alice.identity)).replace(/.$/, (c) => (c === 'A' ? 'B' : 'A')).replace(/\.[^.]*$/, '.AAAA') }];
    for (const headers of bad) {
      for (const reply of [await upload('x', { headers }), await describe(sid, headers), await set([sid], headers)]) {
        assert.equal(reply.status, 401, JSON.stringify(headers));
        assert.match(reply.headers.get('content-type'), /^application\/json/);
        await reply.text();
      }
    }
  });

  test('media_descriptor', async (t) => {
    const alice = await world.raw(t, 'alice');
    const { upload, describe } = await mcs(alice);
    const reply = await upload('hello', { type: 'text/plain', filename: 'a ü.txt', category: 'body' });
    assert.equal(reply.status, 201);
    assert.match(reply.headers.get('content-type'), /^application\/json/);
    const made = await reply.json();
    assert.match(made.sid, /^ME[0-9a-f]{32}$/);
    assert.match(made.service_sid, /^IS[0-9a-f]{32}$/);
    assert.equal(made.author, alice.identity);
    assert.equal(made.size, 5);
    assert.equal(made.content_type, 'text/plain');
    assert.equal(made.filename, 'a ü.txt');
    assert.equal(made.category, 'body');
    assert.equal(made.message_sid, null);
    assert.equal(made.channel_sid, null);
    for (const date of [made.date_created, made.date_updated, made.date_upload_updated])
      assert.ok(Math.abs(new Date(date) - Date.now()) < 60_000);
    const again = await (await describe(made.sid)).json();
    assert.equal(again.sid, made.sid);
    const { status, bytes } = await download(again.links.content_direct_temporary);
    assert.deepEqual([status, String(bytes)], [200, 'hello']);
  });

  test('media_temporary_url_expires', async (t) => {
    const { bob, room: square } = await pair(t);
    await square.sendMessage(png(64));
    const [message] = await bob.receives(square, 1);
    const url = await message.attachedMedia[0].getContentTemporaryUrl();
    const asked = Date.now();
    assert.equal((await download(url)).status, 200);
    let last;
    do {
      await pause(200);
      last = await download(url);
    } while (last.status === 200 && Date.now() - asked < 4 * URL_LIFE_S * 1000);
    assert.ok([401, 403].includes(last.status), `${last.status} after its life`);
    assert.ok(Date.now() - asked > (URL_LIFE_S - 1.5) * 1000, 'not before its end');
    const urls = await message.getTemporaryContentUrlsForAttachedMedia();
    assert.equal((await download([...urls.values()][0])).status, 200, 'a new one is good');
  });

  test('media_temporary_url_forged', async (t) => {
    const alice = await world.raw(t, 'alice');
    const [one, two] = [await uploaded(alice), await uploaded(alice)];
    const good = new URL(one.links.content_direct_temporary);
    const change = (edit) => {
      const url = new URL(good);
      edit(url.searchParams, url);
      return url;
    };
    const forged = [
      change((query, url) => (url.search = '')),
      change((query, url) => (url.pathname = url.pathname.replace(one.sid, two.sid))),
      ...[...good.searchParams.keys()].flatMap((key) => [
        change((query) => query.delete(key)),
        change((query) => query.set(key, '')),
        change((query) => query.set(key, `${query.get(key)}0`)),
        change((query) => query.set(key, String(Number(query.get(key)) + 1))),
      ]),
    ];
    for (const url of forged) {
      const { status } = await download(url);
      assert.ok([400, 401, 403].includes(status), `${status} for ${url.search}`);
    }
    assert.equal((await download(good)).status, 200);
  });

  test('media_foreign_medium_refused', async (t) => {
    const [alice, bob] = [await world.raw(t, 'alice'), await world.raw(t, 'bob')];
    const square = await room(alice, bob);
    const { sid } = await uploaded(alice);
    const stolen = await square.post(bob, { media_sids: [sid] });
    assert.equal(stolen.status, 400, JSON.stringify(stolen.body));
    assert.equal(stolen.body.code, 20001);
    for (const media_sids of [['ME' + '0'.repeat(32)], ['nonsense'], [sid, sid], 'text', [7]]) {
      const reply = await square.post(alice, { media_sids });
      assert.equal(reply.status, 400, JSON.stringify(media_sids));
    }
    const good = await square.post(alice, { media_sids: [sid] });
    assert.equal(good.status, 201, JSON.stringify(good.body));
    assert.equal(good.body.index, 0, 'refused ones used no index');
    const twice = await square.post(alice, { media_sids: [sid] });
    assert.equal(twice.status, 400, 'a medium belongs to one message');
  });

  test('media_is_for_participants', async (t) => {
    const [alice, bob, eve] = [await world.raw(t, 'alice'), await world.raw(t, 'bob'), await world.raw(t, 'eve')];
    const square = await room(alice, bob);
    const { sid, links } = await uploaded(alice);
    for (const stranger of [bob, eve]) {
      const { describe, set } = await mcs(stranger);
      assert.ok([403, 404].includes((await describe(sid)).status), 'before it is sent it is for its author alone');
      assert.ok((await (await set([sid])).json())[0].code >= 400);
    }
    assert.equal((await square.post(alice, { media_sids: [sid] })).status, 201);
    assert.equal((await (await mcs(bob)).describe(sid)).status, 200);
    const outside = await mcs(eve);
    assert.ok([403, 404].includes((await outside.describe(sid)).status));
    const [record] = await (await outside.set([sid])).json();
    assert.ok([403, 404].includes(record.code));
    assert.equal(record.media_record?.links?.content_direct_temporary, undefined);
    assert.ok([401, 403].includes((await download(links.content)).status), 'the plain link needs a token');
  });

  test('media_too_large', async (t) => {
    const alice = await world.raw(t, 'alice');
    const { upload } = await mcs(alice);
    assert.equal((await upload(randomBytes(MAX_BYTES))).status, 201);
    const reply = await upload(randomBytes(MAX_BYTES + 1));
    assert.equal(reply.status, 413);
    assert.equal((await reply.json()).status, 413);
    const { links, token } = await mcs(alice);
    const { hostname, port, pathname } = new URL(links.media_service);
    const endless = net.connect(Number(port), hostname).on('error', () => {});
    endless.write(`POST ${pathname} HTTP/1.1\r\nHost: x\r\nContent-Type: image/png\r\nX-Twilio-Token: ${token}\r\nTransfer-Encoding: chunked\r\n\r\n`);
    const closed = new Promise((resolve) => endless.on('close', () => resolve('closed')).resume());
    const piece = Buffer.concat([Buffer.from('10000\r\n'), Buffer.alloc(0x10000), Buffer.from('\r\n')]);
    for (let sent = 0; !endless.destroyed; sent += piece.length) {
      assert.ok(sent < 64 * MAX_BYTES, 'an endless upload ends');
      if (!endless.write(piece)) await Promise.race([once(endless, 'drain').catch(() => {}), closed]);
    }
    const bob = await world.enter(t, 'bob');
    const error = await refusedByMedia(Promise.resolve((await bob.room()).sendMessage(png(MAX_BYTES + 1))), 413);
    assert.equal(typeof error.message, 'string');
  });

  test('media_type_not_allowed', async (t) => {
    const alice = await world.raw(t, 'alice');
    const { upload } = await mcs(alice);
    for (const type of ['text/html', 'application/x-msdownload', 'image+xml/png'])
      assert.equal((await upload('x', { type })).status, 415, type);
    for (const type of ['image', 'nonsense', 'image/', 'image/png/png', '/png'])
      assert.ok([400, 415].includes((await upload('x', { type })).status), type);
    for (const type of ['image/jpeg', 'text/plain', 'text/plain; charset=utf-8', 'IMAGE/PNG'])
      assert.equal((await upload('x', { type })).status, 201, type);
  });

  test('media_form_upload', async (t) => {
    const alice = await world.raw(t, 'alice');
    const { links, token } = await mcs(alice);
    const form = new NodesOwnFormData();
    form.append('file', new Blob(['from a form'], { type: 'text/plain' }), 'fo"rm ü.txt');
    const reply = await fetch(`${links.media_service}?Category=media`, { method: 'POST', headers: { 'X-Twilio-Token': token }, body: form });
    assert.equal(reply.status, 201, await reply.clone().text());
    const made = await reply.json();
    assert.equal(made.content_type, 'text/plain');
    assert.equal(made.size, 11);
    assert.match(made.filename, /^fo.*rm ü\.txt$/);
    assert.equal(String((await download(made.links.content_direct_temporary)).bytes), 'from a form');
  });

  test('media_preflight', async (t) => {
    const alice = await world.raw(t, 'alice');
    const { links } = await mcs(alice);
    const origin = 'https://app.example.com';
    const reply = await fetch(`${links.media_service}?Category=media`, { method: 'OPTIONS', headers: {
      Origin: origin, 'Access-Control-Request-Method': 'POST',
      'Access-Control-Request-Headers': 'baggage,content-type,traceparent,x-twilio-token' } });
    assert.ok([200, 204].includes(reply.status), String(reply.status));
    assert.ok(['*', origin].includes(reply.headers.get('access-control-allow-origin')));
    for (const header of [/x-twilio-token/i, /baggage/i, /traceparent/i])
      assert.match(reply.headers.get('access-control-allow-headers'), header);
    assert.match(reply.headers.get('access-control-allow-headers'), /content-type/i);
    const { links: found } = await uploaded(alice);
    const file = await fetch(found.content_direct_temporary, { headers: { Origin: origin } });
    assert.ok(['*', origin].includes(file.headers.get('access-control-allow-origin')));
  });

  test('media_parts_of_a_file', async (t) => {
    const alice = await world.raw(t, 'alice');
    const bytes = randomBytes(5000);
    const { links } = await uploaded(alice, bytes);
    const url = links.content_direct_temporary;
    const part = await download(url, { headers: { Range: 'bytes=100-199' } });
    assert.equal(part.status, 206);
    assert.equal(part.headers.get('content-range'), 'bytes 100-199/5000');
    assert.ok(part.bytes.equals(bytes.subarray(100, 200)));
    const head = await download(url, { method: 'HEAD' });
    assert.deepEqual([head.status, head.bytes.length, head.headers.get('content-length')], [200, 0, '5000']);
  });

  test('media_set_of_good_and_bad', async (t) => {
    const alice = await world.raw(t, 'alice');
    const { set } = await mcs(alice);
    const { sid } = await uploaded(alice);
    const reply = await set([sid, 'ME' + '0'.repeat(32)]);
    assert.equal(reply.status, 200);
    const [good, bad] = await reply.json();
    assert.equal(good.code, 200);
    assert.equal(good.media_record.sid, sid);
    assert.equal((await download(good.media_record.links.content_direct_temporary)).status, 200);
    assert.equal(bad.code, 404);
    for (const list of ['[]', '{}', '{"command":"get"}', '{"command":"delete","list":[]}', '{"command":"get","list":[7]}', '{']) {
      const { links, token } = await mcs(alice);
      const refusal = await fetch(links.media_set_service ?? `${links.media_service}Set`, { method: 'POST', body: list,
        headers: { 'Content-Type': 'application/json', 'X-Twilio-Token': token } });
      assert.equal(refusal.status, 400, list);
    }
  });

  test('media_count_of_a_message', async (t) => {
    const alice = await world.raw(t, 'alice');
    const square = await room(alice);
    const limit = (await alice.configuration()).options.media_attachments_count_limit;
    const sids = [];
    for (const i of numbers(limit + 1)) sids.push((await uploaded(alice, `file ${i}`)).sid);
    const refusal = await square.post(alice, { media_sids: sids });
    assert.equal(refusal.status, 400, JSON.stringify(refusal.body));
    const reply = await square.post(alice, { media_sids: sids.slice(0, limit), body: 'all' });
    assert.equal(reply.status, 201, JSON.stringify(reply.body));
  });

  test('media_by_a_stranger_of_the_conversation', async (t) => {
    const [alice, eve] = [await world.raw(t, 'alice'), await world.raw(t, 'eve')];
    const square = await room(alice);
    const { sid } = await uploaded(eve);
    assert.equal((await square.post(eve, { media_sids: [sid] })).status, 403);
    const own = await room(eve);
    assert.equal((await own.post(eve, { media_sids: [sid] })).status, 201, 'the refusal did not take it');
  });
});

cases('media: restart', { concurrency: 1, database: 'chat.db' }, (world, test) => {
  test('media_survives_a_crash', async (t) => {
    const { bob, room } = await pairOf(world)(t);
    const file = png(200_000);
    await room.sendMessage(file, { kept: true });
    await bob.receives(room, 1);
    await world.chatService.kill();
    await world.startChat();
    const again = await world.enter(t, 'again', { as: bob.identity });
    const { items: [message] } = await (await again.joined(room)).getMessages();
    assert.ok((await contentOf(message.attachedMedia[0])).equals(file.media));
    assert.equal(message.attachedMedia[0].size, 200_000);
  });

  test('media_crash_during_an_upload', async (t) => {
    const alice = await world.enter(t, fresh('alice'));
    const room = await alice.room();
    const sending = room.sendMessage(png(30_000_000)).then(() => 'sent', () => 'failed');
    await world.chatService.kill();
    assert.equal(await within(sending, 'the end of the upload'), 'failed');
    await world.startChat();
    const again = await world.enter(t, 'again', { as: alice.identity });
    const back = await again.joined(room);
    assert.equal(await back.getMessagesCount(), 0);
    await back.sendMessage(png(10));
    assert.equal((await contentOf((await again.receives(room, 1))[0].attachedMedia[0])).length, 10);
  });
});
