// Several accounts and services in one process: nothing of one is seen, reached or guessed from another.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { everyPage, refused } from '../support/expect.mjs';
import { account } from '../support/programs.mjs';
import { pathOf } from '../support/raw.mjs';
import { helperToken } from '../support/tokens.mjs';
import { cases, fresh, versions } from '../support/world.mjs';

const hex = (bytes) => randomBytes(bytes).toString('hex');
const ADMIN = 'the admin of one';
const one = { ...account, name: 'one', chat: { admins: [ADMIN] } };
/** The same account with another service, and another account altogether. */
const two = { ...account, name: 'two', api_key_sid: `SK${hex(16)}`, api_key_secret: hex(24), chat_service_sid: `IS${hex(16)}` };
const three = { name: 'three', account_sid: `AC${hex(16)}`, api_key_sid: `SK${hex(16)}`, api_key_secret: hex(24), chat_service_sid: `IS${hex(16)}` };

cases('tenants', { accounts: [one, two, three], versions }, (world, test) => {
  const enter = (t, name, tenant, as = fresh(name)) => world.enter(t, name, { as, token: helperToken(as, tenant) });

  for (const [name, tenant] of Object.entries({ two, three })) {
    test(`tenants_are_apart: ${name}`, async (t) => {
      const identity = fresh('same name');
      const [mine, theirs] = [await enter(t, 'mine', one, identity), await enter(t, 'theirs', tenant, identity)];
      const uniqueName = fresh('hall');
      const room = await mine.room({ uniqueName, friendlyName: 'mine' });
      const other = await theirs.room({ uniqueName, friendlyName: 'theirs' });
      assert.notEqual(room.sid, other.sid, 'a unique name is unique in its service');
      await room.sendMessage('for one');
      await other.sendMessage('for the other');
      await mine.message(room, 'for one');
      await theirs.message(other, 'for the other');
      await mine.client.user.updateFriendlyName('renamed in one');
      await Promise.all([mine.barrier(), theirs.barrier()]);
      assert.equal(theirs.client.user.friendlyName, identity);
      assert.equal(theirs.count('messageAdded'), 1);
      assert.deepEqual((await everyPage(await theirs.client.getSubscribedConversations())).map((c) => c.sid), [other.sid]);
      assert.equal((await theirs.client.getConversationByUniqueName(uniqueName)).friendlyName, 'theirs');
      await refused(theirs.client.getConversationBySid(room.sid), 404, 50350);
      await refused(theirs.client.peekConversationBySid(room.sid), 404, 50350);
      const neighbour = await enter(t, 'neighbour', one);
      await refused(theirs.client.getUser(neighbour.identity), 404, 50200);
    });
  }

  test('tenants_admin_is_admin_of_one', async (t) => {
    const alice = await enter(t, 'alice', three);
    const room = await alice.room();
    const namesake = await enter(t, 'admin', three, ADMIN);
    await refused(namesake.client.peekConversationBySid(room.sid), 403, 50430);
    const real = await enter(t, 'admin', one, ADMIN);
    await refused(real.client.peekConversationBySid(room.sid), 404, 50350);
  });

  test('tenants_reachability_is_apart', async (t) => {
    const identity = fresh('bob');
    const alice = await enter(t, 'alice', two);
    const room = await alice.room();
    await room.add(identity);
    const user = await alice.client.getUser(identity);
    await enter(t, 'bob of one', one, identity);
    await alice.barrier();
    assert.equal(user.isOnline, false);
    await enter(t, 'bob of two', two, identity);
    await alice.until(() => user.isOnline, 'the right bob');
  });
});

cases('tenants: by hand', { accounts: [one, two, three] }, (world, test) => {
  const raw = async (t, name, tenant) => {
    const device = await world.raw(t, name, { init: false });
    const reply = await device.init(helperToken(device.identity, tenant));
    assert.equal(reply.header.status.code, 200);
    return device;
  };

  test('tenants_links_are_their_own', async (t) => {
    for (const tenant of [one, two, three]) {
      const alice = await raw(t, 'alice', tenant);
      const { links } = await alice.configuration();
      for (const [name, url] of Object.entries(links))
        if (url?.includes('/IS')) assert.ok(url.includes(tenant.chat_service_sid), `${name}: ${url}`);
      const made = (await alice.http('POST', pathOf(links.conversations), {})).body;
      assert.equal(made.account_sid, tenant.account_sid);
      assert.equal(made.chat_service_sid, tenant.chat_service_sid);
    }
  });

  test('tenants_paths_of_another_service', async (t) => {
    const [alice, eve] = [await raw(t, 'alice', one), await raw(t, 'eve', three)];
    const { links, sync_objects: own } = await alice.configuration();
    const room = (await alice.http('POST', pathOf(links.conversations), {})).body;
    await alice.http('POST', pathOf(room.links.participants), { identity: alice.identity });
    const list = (await alice.http('GET', `/v3/Lists/${room.sync_objects.messages}`)).body;
    const tries = [
      ['GET', pathOf(room.url)], ['POST', pathOf(links.conversations), {}], ['GET', pathOf(links.my_conversations)],
      ['POST', pathOf(room.links.messages), { body: 'x' }], ['POST', pathOf(room.links.participants), { identity: eve.identity }],
      ['GET', `/v3/Lists/${room.sync_objects.messages}`], ['GET', `/v3/Lists/${list.sid}`], ['GET', pathOf(list.links.items)],
      ['GET', `/v3/Maps/${own.my_user_info}`], ['GET', `/v3/Maps/${own.my_conversations}`],
    ];
    for (const [verb, path, body] of tries) {
      const { status } = await eve.http(verb, path, body);
      assert.ok([403, 404].includes(status), `${verb} ${path}: ${status}`);
    }
    const outcome = await eve.subscribe({ ...list, type: 'list' }, { lastEvent: -1 });
    assert.equal(outcome.type, 'subscription_failed');
  });

  test('tenants_tokens_are_for_one_service', async (t) => {
    const mixtures = {
      'service of another': { ...three, chat_service_sid: one.chat_service_sid },
      'account of another': { ...three, account_sid: one.account_sid },
      'secret of another': { ...three, api_key_secret: one.api_key_secret },
      'key of another': { ...three, api_key_sid: one.api_key_sid, api_key_secret: one.api_key_secret },
    };
    for (const [name, mixture] of Object.entries(mixtures)) {
      const device = await world.raw(t, 'mallory', { init: false });
      const reply = await device.init(helperToken(device.identity, mixture));
      assert.equal(reply.header.status.code, 401, name);
    }
  });

  test('tenants_update_to_another_service', async (t) => {
    const alice = await raw(t, 'alice', one);
    const { header } = await alice.ask({ method: 'update', token: helperToken(alice.identity, two) });
    assert.ok([401, 403].includes(header.status.code), JSON.stringify(header.status));
  });

  test('tenants_media_are_apart', async (t) => {
    const [alice, eve] = [await raw(t, 'alice', one), await raw(t, 'eve', three)];
    const send = async (device, tenant, url) => fetch(url ?? (await device.configuration()).links.media_service, { method: 'POST', body: 'x',
      headers: { 'Content-Type': 'text/plain', 'X-Twilio-Token': helperToken(device.identity, tenant) } });
    const made = await (await send(alice, one)).json();
    assert.equal(made.service_sid, one.chat_service_sid);
    const { links } = await eve.configuration();
    const look = (url) => fetch(url, { headers: { 'X-Twilio-Token': helperToken(eve.identity, three) } });
    for (const url of [made.url, `${links.media_service}/${made.sid}`, made.links.content])
      assert.ok([401, 403, 404].includes((await look(url)).status), url);
    assert.ok([401, 403, 404].includes((await send(eve, three, (await alice.configuration()).links.media_service)).status));
    const room = (await eve.http('POST', pathOf(links.conversations), {})).body;
    await eve.http('POST', pathOf(room.links.participants), { identity: eve.identity });
    const reply = await eve.http('POST', pathOf(room.links.messages), { media_sids: [made.sid] });
    assert.equal(reply.status, 400, JSON.stringify(reply.body));
  });
});
