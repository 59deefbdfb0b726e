// Paging through messages in both directions, from a warm and from a cold cache.
import assert from 'node:assert/strict';
import { everyPage, numbers } from '../support/expect.mjs';
import { cases, versions } from '../support/world.mjs';

const indexes = (page) => page.items.map((m) => m.index);
const flags = (page) => ({ older: page.hasPrevPage, newer: page.hasNextPage });

cases('history', { versions }, (world, test) => {
  /** A room with messages "0" .. "count-1", read by a device that has none of them in its cache. */
  const archive = async (t, count, { remove = [] } = {}) => {
    const alice = await world.enter(t, 'alice');
    const room = await alice.room();
    for (const i of numbers(count)) await room.sendMessage(String(i));
    const sent = await alice.receives(room, count);
    for (const i of remove) await sent[i].remove();
    const reader = await world.enter(t, 'reader', { as: alice.identity });
    return { alice, room, reader, cold: await reader.client.getConversationBySid(room.sid) };
  };

  test('message_history_backwards', async (t) => {
    const { cold } = await archive(t, 25);
    const last = await cold.getMessages(10);
    assert.deepEqual(indexes(last), numbers(10, 15), 'oldest first inside a page');
    assert.deepEqual(flags(last), { older: true, newer: false });
    const middle = await last.prevPage();
    assert.deepEqual(indexes(middle), numbers(10, 5));
    assert.deepEqual(flags(middle), { older: true, newer: true });
    const first = await middle.prevPage();
    assert.deepEqual(indexes(first), numbers(5));
    assert.deepEqual(flags(first), { older: false, newer: true });
    assert.deepEqual(first.items.map((m) => m.body), numbers(5).map(String));
  });

  test('message_history_forwards', async (t) => {
    const { cold } = await archive(t, 25);
    const first = await cold.getMessages(10, 0, 'forward');
    assert.deepEqual(indexes(first), numbers(10));
    assert.deepEqual(flags(first), { older: false, newer: true });
    const middle = await first.nextPage();
    assert.deepEqual(indexes(middle), numbers(10, 10));
    const last = await middle.nextPage();
    assert.deepEqual(indexes(last), numbers(5, 20));
    assert.deepEqual(flags(last), { older: true, newer: false });
  });

  for (const size of [1, 2, 3, 7, 24, 25, 26]) {
    test(`message_history_page_size: ${size}`, async (t) => {
      const { cold } = await archive(t, 25);
      // The client's forward paginator cannot step over a page that ends with index 0.
      const start = size === 1 ? 1 : 0;
      const forward = await everyPage(await cold.getMessages(size, start, 'forward'));
      assert.deepEqual(forward.map((m) => m.index), numbers(25 - start, start));
      const pages = [];
      for (let page = await cold.getMessages(size); ; page = await page.prevPage()) {
        pages.unshift(...indexes(page));
        assert.ok(pages.length <= 25, 'the previous page is always another one');
        if (!page.hasPrevPage) break;
      }
      assert.deepEqual(pages, numbers(25), 'the same from the other side');
    });
  }

  test('message_history_default_page', async (t) => {
    const { cold } = await archive(t, 35);
    const page = await cold.getMessages();
    assert.deepEqual(indexes(page), numbers(30, 5));
    assert.equal(page.hasPrevPage, true);
  });

  test('message_history_anchor_is_included', async (t) => {
    const { cold } = await archive(t, 25);
    assert.deepEqual(indexes(await cold.getMessages(4, 12)), [9, 10, 11, 12]);
    assert.deepEqual(indexes(await cold.getMessages(4, 12, 'forward')), [12, 13, 14, 15]);
    assert.deepEqual(indexes(await cold.getMessages(4, 1)), [0, 1]);
    assert.deepEqual(indexes(await cold.getMessages(4, 23, 'forward')), [23, 24]);
  });

  test('message_history_turn_around', async (t) => {
    const { cold } = await archive(t, 25);
    const start = await cold.getMessages(5, 14);
    assert.deepEqual(indexes(start), numbers(5, 10));
    const older = await start.prevPage();
    assert.deepEqual(indexes(older), numbers(5, 5));
    const back = await older.nextPage();
    assert.deepEqual(indexes(back), numbers(5, 10));
    const newer = await back.nextPage();
    assert.deepEqual(indexes(newer), numbers(5, 15));
  });

  test('message_history_anchor_beyond_the_end', async (t) => {
    const { cold } = await archive(t, 5);
    assert.deepEqual(indexes(await cold.getMessages(3, 1000)), [2, 3, 4]);
    assert.deepEqual(indexes(await cold.getMessages(3, 1000, 'forward')), []);
  });

  test('message_history_empty', async (t) => {
    const { cold } = await archive(t, 0);
    for (const page of [await cold.getMessages(), await cold.getMessages(10, 0, 'forward')]) {
      assert.deepEqual(indexes(page), []);
      assert.deepEqual(flags(page), { older: false, newer: false });
    }
  });

  test('message_history_with_holes', async (t) => {
    const holes = [0, 3, 4, 5, 11, 19];
    const left = numbers(20).filter((i) => !holes.includes(i));
    const { cold } = await archive(t, 20, { remove: holes });
    assert.deepEqual((await everyPage(await cold.getMessages(4, 0, 'forward'))).map((m) => m.index), left);
    assert.deepEqual(indexes(await cold.getMessages(4)), [15, 16, 17, 18]);
    assert.deepEqual(indexes(await cold.getMessages(3, 4)), [1, 2], 'backwards from a hole');
    assert.deepEqual(indexes(await cold.getMessages(3, 4, 'forward')), [6, 7, 8], 'forward from a hole');
    assert.equal(await cold.getMessagesCount(), left.length);
  });

  test('message_history_warm_and_growing', async (t) => {
    const { alice, room, reader, cold } = await archive(t, 15);
    assert.deepEqual(indexes(await cold.getMessages(5)), numbers(5, 10));
    for (const i of numbers(5, 15)) await room.sendMessage(String(i));
    await reader.receives(room, 5);
    assert.deepEqual(reader.messages(room).map((m) => m.index), numbers(5, 15));
    assert.deepEqual(indexes(await cold.getMessages(8)), numbers(8, 12), 'old and new together');
    assert.deepEqual((await everyPage(await cold.getMessages(6, 0, 'forward'))).map((m) => m.index), numbers(20));
    const late = alice.messages(room)[17];
    await late.remove();
    await reader.sees('messageRemoved', (m) => m.index === 17);
    assert.deepEqual(indexes(await cold.getMessages(4)), [15, 16, 18, 19]);
  });

  test('message_history_larger_than_a_page_of_the_service', async (t) => {
    const { cold } = await archive(t, 130);
    assert.deepEqual((await everyPage(await cold.getMessages(100, 0, 'forward'))).map((m) => m.index), numbers(130));
  });
});
