// What clients are shown that they cannot make themselves: content templates, delivery receipts, restored data.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { everyPage, numbers, refused } from '../support/expect.mjs';
import { account, run } from '../support/programs.mjs';
import { cases, fresh, versions } from '../support/world.mjs';

const HX = (n) => `HX${String(n).padStart(32, '0')}`;
const TEMPLATES = [
  { sid: HX(1), friendly_name: 'greeting', variables: { 1: 'somebody', 2: 'here' }, date_created: '2024-01-02T03:04:05Z',
    date_updated: '2024-02-03T04:05:06Z', variants: { 'twilio/text': { body: 'Hello {{1}}, welcome {{2}}' } } },
  { sid: HX(2), friendly_name: 'everything', variants: {
    'twilio/media': { body: 'look', media: ['https://example.com/a.png'] },
    'twilio/location': { latitude: 1.5, longitude: 2.5, label: 'there' },
    'twilio/quick-reply': { body: 'which?', actions: [{ title: 'this', id: 'a' }] },
    'twilio/call-to-action': { body: 'do', actions: [{ type: 'URL', title: 'go', url: 'https://example.com' }, { type: 'PHONE_NUMBER', title: 'call', phone: '+15550001' }] },
    'twilio/list-picker': { body: 'choose', button: 'open', items: [{ item: 'one', id: '1', description: 'first' }] },
    'twilio/card': { title: 'card', subtitle: 'sub', media: [], actions: [] },
    'custom/thing': { any: { value: [1] } },
  } },
];
const many = numbers(230, 10).map((n) => ({ sid: HX(n), friendly_name: `template ${n}`, variants: { 'twilio/text': { body: String(n) } } }));
const accounts = [{ ...account, name: 'default', chat: { content_templates: TEMPLATES } }];

cases('content templates', { accounts, versions }, (world, test) => {
  test('content_templates', async (t) => {
    const alice = await world.enter(t, 'alice');
    const [greeting, everything, ...others] = await alice.client.getContentTemplates();
    assert.deepEqual(others, []);
    assert.equal(greeting.sid, HX(1));
    assert.equal(greeting.friendlyName, 'greeting');
    assert.deepEqual(greeting.variables.map((v) => [v.name, v.value]), [['1', 'somebody'], ['2', 'here']]);
    assert.equal(greeting.variants.get('twilio/text').body, 'Hello {{1}}, welcome {{2}}');
    assert.equal(+greeting.dateCreated, Date.parse('2024-01-02T03:04:05Z'));
    assert.equal(+greeting.dateUpdated, Date.parse('2024-02-03T04:05:06Z'));
    assert.deepEqual([...everything.variants.values()].map((v) => v.type).sort(),
      ['callToAction', 'card', 'listPicker', 'location', 'media', 'other', 'quickReply']);
    assert.deepEqual(everything.variables, []);
    assert.deepEqual(everything.variants.get('twilio/media').media, ['https://example.com/a.png']);
    assert.deepEqual(everything.variants.get('twilio/call-to-action').actions.map((a) => a.type), ['url', 'phone']);
    assert.ok(everything.dateCreated instanceof Date && !Number.isNaN(+everything.dateCreated));
  });

  test('content_template_sent', async (t) => {
    const [alice, bob] = [await world.enter(t, 'alice'), await world.enter(t, 'bob')];
    const room = await alice.room({}, bob);
    const [greeting] = await alice.client.getContentTemplates();
    const variables = [greeting.variables[0].copyWithValue('Bob')];
    await room.prepareMessage().setBody('rich').setContentTemplate(greeting.sid, variables).buildAndSend();
    for (const device of [alice, bob]) {
      const message = await device.message(room, 'rich');
      assert.equal(message.contentSid, greeting.sid);
      assert.equal(await message.getContentData(), null, 'nobody renders it');
    }
    const again = await world.enter(t, 'again', { as: bob.identity });
    const { items: [stored] } = await (await again.joined(room)).getMessages();
    assert.equal(stored.contentSid, greeting.sid);
    await room.sendMessage('plain');
    assert.ok(!(await bob.message(room, 'plain')).contentSid);
  });

  test('error_content_template_malformed', async (t) => {
    const alice = await world.enter(t, 'alice');
    const room = await alice.room();
    await refused(room.prepareMessage().setBody('x').setContentTemplate('nonsense').buildAndSend(), 400, 20001);
    assert.equal(await room.sendMessage('next'), 0);
  });
});

cases('content templates: many', { accounts: [{ ...account, name: 'default', chat: { content_templates: many } }], versions }, (world, test) => {
  test('content_templates_in_pages', async (t) => {
    const alice = await world.enter(t, 'alice');
    const found = await alice.client.getContentTemplates();
    assert.deepEqual(found.map((template) => template.sid), many.map((template) => template.sid));
  });
});

/** Summaries of receipts, as a message's item has them. */
const NONE = { sent: 'none', delivered: 'none', read: 'none', undelivered: 'none', failed: 'none' };
const READ = { sent: 'all', delivered: 'all', read: 'all' };

cases('restored data', { concurrency: 1, database: 'chat.db', versions }, (world, test) => {
  const command = async (...args) => {
    const result = await run('chat_service', ...args, '--config', world.place.file('chat.json'));
    assert.equal(result.code, 0, `${args.join(' ')}:\n${result.stdout}${result.stderr}`);
    return result;
  };
  /** Starts the service again on another database, which `work` has made. */
  const move = async (database, work) => {
    await world.chatService.stop();
    await work();
    world.database = world.place.file(database);
    await world.startChat();
  };
  /** Starts the service on what `edit` makes of the exported lines. */
  const rewrite = async (edit) => {
    const [file, files, name] = [world.place.file(fresh('export')), world.place.file(fresh('files')), fresh('imported.db')];
    await move(name, async () => {
      await command('export', file, '--media', files);
      const [head, ...lines] = readFileSync(file, 'utf8').trim().split('\n').map((line) => JSON.parse(line));
      lines.pop(); // how many rows there are
      const rows = edit(lines);
      writeFileSync(file, [head, ...rows, { rows: rows.length }].map((line) => `${JSON.stringify(line)}\n`).join(''), { mode: 0o600 });
      const chat_service = { listen: world.chatAddress, database: world.place.file(name) };
      world.place.config('chat.json', { ...world.whose(), chat_service });
      await command('import', file, '--media', files);
      await command('check');
    });
  };
  const filled = async (t) => {
    const [alice, bob] = [await world.enter(t, 'alice'), await world.enter(t, 'bob')];
    const room = await alice.room({ uniqueName: fresh('kept'), attributes: { a: [1] } }, bob);
    for (const body of ['one', 'two', 'three']) await room.sendMessage(body, { body });
    await bob.receives(room, 3);
    await (await bob.joined(room)).updateLastReadMessageIndex(1);
    await room.prepareMessage().setBody('picture').addMedia({ contentType: 'image/png', media: Buffer.from('bytes') }).buildAndSend();
    const messages = await alice.receives(room, 4);
    const people = await room.getParticipants();
    for (const device of [alice, bob]) await device.close();
    return { alice, bob, room, messages, people };
  };
  const looksTheSame = async (t, { bob, room, messages }) => {
    const again = await world.enter(t, 'again', { as: bob.identity });
    const found = await again.joined(room);
    assert.equal(found.uniqueName, room.uniqueName);
    assert.deepEqual(found.attributes, { a: [1] });
    assert.equal(found.lastReadMessageIndex, 1);
    assert.equal(await found.getUnreadMessagesCount(), 2);
    const kept = await everyPage(await found.getMessages(100, 0, 'forward'));
    assert.deepEqual(kept.map((m) => [m.sid, m.body, m.author, +m.dateCreated]), messages.map((m) => [m.sid, m.body, m.author, +m.dateCreated]));
    const url = await kept[3].attachedMedia[0].getContentTemporaryUrl();
    assert.equal(await (await fetch(url)).text(), 'bytes');
    assert.equal(await found.sendMessage('goes on'), 4);
    await again.message(room, 'goes on');
    return { again, found, kept };
  };

  test('delivery_receipts_imported', async (t) => {
    const scene = await filled(t);
    const { room, messages, people, bob } = scene;
    const who = people.find((p) => p.identity === bob.identity);
    await rewrite((rows) => {
      const { id } = rows.find((l) => l.table === 'conversations' && l.row.sid === room.sid).row;
      const receipt = (n, message, status, error_code) => ({ table: 'receipts', row: {
        sid: `DY${randomBytes(16).toString('hex')}`, conversation_id: id, message_sid: message.sid, participant_sid: who.sid,
        channel_message_sid: `SM${'0'.repeat(31)}${n}`, status, error_code, date_created: 1700000000000, date_updated: 1700000001000 } });
      const list = rows.find((l) => l.table === 'sync_objects' && l.row.unique_name === `${room.sid}.messages`).row.id;
      const summary = (index, amounts) => {
        const { row } = rows.find((l) => l.table === 'sync_items' && l.row.object_id === list && l.row.key === index);
        row.data = JSON.stringify({ ...JSON.parse(row.data), delivery: { ...NONE, total: 1, ...amounts } });
      };
      summary(0, READ);
      summary(1, { failed: 'all' });
      return [...rows, receipt(1, messages[0], 'read', 0), receipt(2, messages[1], 'failed', 30008)];
    });
    const { kept } = await looksTheSame(t, scene);
    const [one, two, three] = kept;
    const [receipt, ...others] = await one.getDetailedDeliveryReceipts();
    assert.deepEqual(others, []);
    assert.match(receipt.sid, /^DY/);
    assert.deepEqual([receipt.messageSid, receipt.conversationSid, receipt.participantSid, receipt.status, receipt.errorCode],
      [one.sid, room.sid, who.sid, 'read', 0]);
    assert.equal(Date.parse(receipt.dateCreated), 1700000000000);
    const amounts = ({ total, sent, delivered, read, failed, undelivered }) => ({ total, sent, delivered, read, failed, undelivered });
    assert.deepEqual(amounts(one.aggregatedDeliveryReceipt), { ...NONE, total: 1, ...READ });
    assert.equal(two.aggregatedDeliveryReceipt.failed, 'all');
    assert.equal((await two.getDetailedDeliveryReceipts())[0].errorCode, 30008);
    assert.equal(three.aggregatedDeliveryReceipt, null);
  });

  test('away_longer_than_removals_are_remembered', async (t) => {
    const bob = await world.raw(t, 'bob');
    const alice = await world.enter(t, 'alice');
    const room = await alice.room();
    await room.add(bob.identity);
    for (const body of ['one', 'two']) await room.sendMessage(body);
    const [, two] = await alice.receives(room, 2);
    const { body: list } = await bob.http('GET', `/v3/Lists/${room.sid}.messages`);
    await two.remove();
    await room.sendMessage('three');
    await alice.close();
    await rewrite((rows) => {
      const { row } = rows.find((l) => l.table === 'sync_objects' && l.row.sid === list.sid);
      row.pruned_event_id = row.last_event_id - 1;
      return rows.filter((l) => !(l.table === 'sync_items' && l.row.object_id === row.id && l.row.removed));
    });
    const back = await world.raw(t, 'back', { as: bob.identity });
    const replayed = async (lastEvent) => {
      const { type, correlation } = await back.subscribe({ ...list, type: 'list' }, { lastEvent });
      assert.equal(type, 'subscription_established');
      return back.notifications((p) => p.correlation_id === correlation && p.event_type.startsWith('list_item'))
        .flatMap((p) => p.payload.events.map((e) => [p.payload.event_type, Number(e.item_index)]));
    };
    assert.deepEqual(await replayed(list.last_event_id), [['list_item_added', 0], ['list_item_added', 2]], 'too old: everything');
    const { body: now } = await back.http('GET', `/v3/Lists/${list.sid}`);
    assert.deepEqual(await replayed(now.last_event_id), [], 'up to date: nothing');
  });

  test('backup_while_clients_talk', async (t) => {
    const scene = await filled(t);
    const name = fresh('backup.db');
    await command('backup', world.place.file(name), '--media', world.place.file(`${name}.media`));
    const late = await world.enter(t, 'late', { as: scene.alice.identity });
    await (await late.joined(scene.room)).sendMessage('after the backup');
    await late.close();
    await move(name, () => {});
    await looksTheSame(t, scene);
  });
});
