// Who may do what: strangers, members, the creator, admins by configuration and by their token's role.
import assert from 'node:assert/strict';
import { refused } from '../support/expect.mjs';
import { account } from '../support/programs.mjs';
import { goodBody, goodHead, sign } from '../support/tokens.mjs';
import { cases, fresh, versions } from '../support/world.mjs';

const ROLE = 'RL' + '0d'.repeat(16);
const ADMIN = 'the admin';
const accounts = [{ ...account, name: 'default', chat: { admins: [ADMIN], admin_role_sids: [ROLE] } }];

const tokenWithRole = (identity, deployment_role_sid) => {
  const grants = { identity, chat: { service_sid: account.chat_service_sid, deployment_role_sid } };
  return sign(goodHead(), { ...goodBody(identity), grants });
};

cases('roles', { accounts, versions }, (world, test) => {
  const stage = async (t) => {
    const [alice, bob] = [await world.enter(t, 'alice'), await world.enter(t, 'bob')];
    const room = await alice.room({ uniqueName: fresh('stage') }, bob);
    await room.sendMessage('by alice');
    await bob.message(room, 'by alice');
    return { alice, bob, room, bobs: await bob.joined(room) };
  };
  /** What an admin may do in a conversation that is none of hers. */
  const rules = async ({ alice, bob, room }, admin) => {
    const found = await admin.client.getConversationBySid(room.sid);
    assert.equal(found.status, 'notParticipating');
    assert.equal((await admin.client.peekConversationBySid(room.sid)).sid, room.sid);
    await found.updateFriendlyName('by the admin');
    await bob.until(() => bob.all('conversationUpdated').some((u) => u.conversation.friendlyName === 'by the admin'), 'the new name');
    const carol = fresh('carol');
    await found.add(carol);
    await alice.sees('participantJoined', (p) => p.identity === carol);
    const { items: [message] } = await found.getMessages();
    await message.updateBody('corrected');
    await bob.sees('messageUpdated', (u) => u.message.body === 'corrected' && u.message.lastUpdatedBy === admin.identity);
    await message.remove();
    await bob.sees('messageRemoved');
    await found.removeParticipant(bob.identity);
    await bob.sees('conversationRemoved', (c) => c.sid === room.sid);
    await found.delete();
    await alice.sees('conversationRemoved', (c) => c.sid === room.sid);
  };

  test('admin_of_the_configuration', async (t) => {
    const scene = await stage(t);
    await rules(scene, await world.enter(t, 'admin', { as: ADMIN }));
  });

  test('admin_by_the_role_of_the_token', async (t) => {
    const scene = await stage(t);
    const identity = fresh('support');
    await rules(scene, await world.enter(t, 'support', { as: identity, token: tokenWithRole(identity, ROLE) }));
  });

  test('admin_role_ends_with_the_token', async (t) => {
    const { room } = await stage(t);
    const identity = fresh('support');
    const support = await world.enter(t, 'support', { as: identity, token: tokenWithRole(identity, ROLE) });
    assert.equal((await support.client.peekConversationBySid(room.sid)).sid, room.sid);
    await support.client.updateToken(await world.token(identity));
    await refused(support.client.peekConversationBySid(room.sid), 403, 50430);
  });

  test('error_role_that_the_configuration_does_not_know', async (t) => {
    const { room } = await stage(t);
    const identity = fresh('mallory');
    const mallory = await world.enter(t, 'mallory', { as: identity, token: tokenWithRole(identity, 'RL' + '9'.repeat(32)) });
    await refused(mallory.client.peekConversationBySid(room.sid), 403, 50430);
  });

  test('admin_does_not_speak_without_joining', async (t) => {
    const { alice, room } = await stage(t);
    const admin = await world.enter(t, 'admin', { as: ADMIN });
    const found = await admin.client.getConversationBySid(room.sid);
    await refused(found.sendMessage('from above'), 403, 50430);
    const mark = admin.mark();
    await found.join();
    await admin.joined(room, { since: mark });
    await found.sendMessage('from inside');
    await alice.message(room, 'from inside');
    await found.leave();
    await admin.sees('conversationLeft', (c) => c.sid === room.sid, { since: mark });
  });

  test('admin_changes_users', async (t) => {
    const [admin, bob] = [await world.enter(t, 'admin', { as: ADMIN }), await world.enter(t, 'bob')];
    const user = await admin.client.getUser(bob.identity);
    await user.updateFriendlyName('named by the admin');
    await bob.until(() => bob.client.user.friendlyName === 'named by the admin', 'the new name');
  });

  test('members_may_and_may_not', async (t) => {
    const { alice, bob, room, bobs } = await stage(t);
    const carol = fresh('carol');
    await bobs.updateFriendlyName('by bob');
    await alice.until(() => room.friendlyName === 'by bob', 'the name given by bob');
    await bobs.add(carol);
    await alice.sees('participantJoined', (p) => p.identity === carol);
    const [message] = bob.messages(room);
    await refused(bobs.removeParticipant(carol), 403, 50107);
    await refused(bobs.removeParticipant(alice.identity), 403, 50107);
    await refused((await bobs.getParticipantByIdentity(alice.identity)).updateAttributes({ a: 1 }), 403, 50107);
    await refused(message.updateBody('mine'), 403, 50107);
    await refused(message.remove(), 403, 50107);
    await refused(bobs.delete(), 403, 50107);
  });

  test('creator_may', async (t) => {
    const { alice, bob, room, bobs } = await stage(t);
    await bobs.sendMessage('by bob');
    await (await alice.message(room, 'by bob')).updateBody('by bob, corrected');
    await bob.sees('messageUpdated', (u) => u.message.body === 'by bob, corrected');
    await (await room.getParticipantByIdentity(bob.identity)).updateAttributes({ by: 'alice' });
    await bob.sees('participantUpdated', (u) => u.participant.attributes.by === 'alice');
    await room.leave();
    await alice.sees('conversationRemoved', (c) => c.sid === room.sid);
    const found = await alice.client.getConversationBySid(room.sid);
    await found.removeParticipant(bob.identity);
    await found.delete();
  });

  test('role_sids_are_stable', async (t) => {
    const admin = await world.enter(t, 'admin', { as: ADMIN });
    const rolesOf = async () => {
      const { alice, bob, room } = await stage(t);
      await room.add(ADMIN);
      await admin.joined(room);
      await alice.sees('participantJoined', (p) => p.identity === ADMIN);
      const sids = [alice.identity, bob.identity, ADMIN].map(async (who) => (await room.getParticipantByIdentity(who)).roleSid);
      return Promise.all(sids);
    };
    const roles = await rolesOf();
    assert.equal(new Set(roles).size, 3, 'creator, member and admin differ');
    for (const role of roles) assert.match(role, /^RL[0-9a-f]{32}$/);
    assert.deepEqual(await rolesOf(), roles, 'the same in every conversation');
  });
});
