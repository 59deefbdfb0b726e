// Files between the C++ SDK and the official client, both ways.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { within } from '../support/deadline.mjs';
import { casesWithPeers } from '../support/peer.mjs';
import { fresh } from '../support/world.mjs';

const MIB = 1024 * 1024;

const contentOf = async (url) => {
  const reply = await within(fetch(url), 'a download');
  assert.equal(reply.status, 200);
  return Buffer.from(await reply.arrayBuffer());
};

casesWithPeers('interop: files', {}, (world, test, peer) => {
  /** A C++ client in a room of an official client, and a directory for its files. */
  const desk = async (t) => {
    const [cpp, js] = await Promise.all([peer(t, 'cpp'), world.enter(t, 'js')]);
    const room = await js.room({ uniqueName: fresh('files') });
    await cpp.comesTo(room);
    const directory = world.place.file(fresh('desk'));
    mkdirSync(directory);
    const write = (name, bytes) => {
      writeFileSync(path.join(directory, name), bytes);
      return path.join(directory, name);
    };
    return { cpp, js, room, name: room.uniqueName, write, place: path.join(directory, 'got') };
  };

  test('interop_files_of_cpp', async (t) => {
    const { cpp, js, room, name, write } = await desk(t);
    const contents = [randomBytes(3 * MIB), Buffer.from('hello'), Buffer.alloc(0)];
    const files = ['grün+%.bin', 'b.txt', 'empty'];
    const sent = await cpp.obeys('files', name, 'look', 'image/png', ...files.map((file, i) => write(file, contents[i])));
    const message = await js.message(room, 'look');
    assert.equal(message.sid, sent.sid);
    assert.deepEqual(message.attachedMedia.map((m) => [m.sid, m.filename, m.contentType, m.size]),
      files.map((file, i) => [sent.media[i].sid, file, 'image/png', contents[i].length]));
    for (const [i, medium] of message.attachedMedia.entries()) {
      assert.ok((await contentOf(await medium.getContentTemporaryUrl())).equals(contents[i]), files[i]);
      const { url } = await cpp.obeys('link', name, medium.sid);
      assert.ok((await contentOf(url)).equals(contents[i]), `${files[i]}, by a link that needs no token`);
    }
  });

  test('interop_files_of_js', async (t) => {
    const { cpp, room, name, place } = await desk(t);
    const contents = [randomBytes(2 * MIB), randomBytes(300)];
    await room.prepareMessage().setBody('look')
      .addMedia({ contentType: 'image/png', filename: 'ж b.png', media: contents[0] })
      .addMedia({ contentType: 'audio/ogg', media: contents[1] }).buildAndSend();
    const { media } = await cpp.message('look');
    assert.deepEqual(media.map((m) => [m.filename, m.type, m.size]),
      [['ж b.png', 'image/png', 2 * MIB], ['', 'audio/ogg', 300]]);
    const [stored] = (await cpp.obeys('page', name, 1)).messages;
    assert.deepEqual(stored.media, media, 'the same in the history');
    for (const [i, { sid, size }] of media.entries()) {
      assert.equal((await cpp.obeys('download', name, sid, place)).size, size);
      assert.ok(readFileSync(place).equals(contents[i]));
    }
    assert.ok(!existsSync(`${place}.part`));
  });

  test('interop_files_without_text', async (t) => {
    const { cpp, js, room, name, write } = await desk(t);
    await cpp.obeys('files', name, '-', 'text/plain', write('note', 'by C++'));
    const [message] = await js.receives(room, 1);
    assert.equal(message.type, 'media');
    assert.ok(!message.body);
    assert.equal((await contentOf(await message.attachedMedia[0].getContentTemporaryUrl())).toString(), 'by C++');
    await room.sendMessage({ contentType: 'text/plain', media: Buffer.from('by JavaScript') });
    const told = await cpp.sees((e) => e.event === 'message' && e.index === 1, 'the file');
    assert.deepEqual([told.body, told.media.length, told.media[0].size], ['', 1, 13]);
  });

  test('interop_files_and_texts_in_order', async (t) => {
    const { cpp, js, room, name, write } = await desk(t);
    const file = write('x.bin', randomBytes(MIB));
    for (const i of [0, 2, 4]) {
      await cpp.starts('files', name, `file-${i}`, 'text/plain', file);
      await cpp.starts('send', name, `text-${i + 1}`);
    }
    await js.receives(room, 6);
    await js.barrier();
    assert.deepEqual(js.bodies(room), ['file-0', 'text-1', 'file-2', 'text-3', 'file-4', 'text-5']);
  });

  test('interop_cancelled_file_is_never_seen', async (t) => {
    const { cpp, js, room, name, write } = await desk(t);
    await cpp.refuses('cancelled', 'cancel_file', name, write('large', randomBytes(20 * MIB)));
    await cpp.obeys('send', name, 'afterwards');
    await js.message(room, 'afterwards');
    await js.barrier();
    assert.deepEqual(js.bodies(room), ['afterwards']);
  });

  test('interop_client_ends_while_it_sends_a_file', async (t) => {
    const { cpp, js, room, name, write } = await desk(t);
    const file = write('large', randomBytes(20 * MIB));
    // Both at once: the end must not come too late.
    await Promise.all([cpp.starts('files', name, 'never', 'text/plain', file), cpp.stop()]);
    assert.equal((await cpp.outcome('files', name, 'never', 'text/plain', file)).code, 'client_closed');
    await js.barrier();
    assert.deepEqual(js.bodies(room), []);
  });

  test('interop_foreign_files_are_refused', async (t) => {
    const { js, cpp, room, place } = await desk(t);
    await room.sendMessage({ contentType: 'text/plain', media: Buffer.from('not for all') });
    const [{ attachedMedia: [medium] }] = await js.receives(room, 1);
    const eve = await peer(t, 'eve');
    const own = fresh('own');
    await eve.obeys('create', own);
    await eve.refuses('forbidden', 'download', own, medium.sid, place);
    assert.ok(!existsSync(place) && !existsSync(`${place}.part`));
    await cpp.obeys('download', room.uniqueName, medium.sid, place);
  });
});
