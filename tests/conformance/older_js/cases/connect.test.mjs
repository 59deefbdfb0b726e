// The beginning and the end of a connection.
import assert from 'node:assert/strict';
import { within } from '../../official_js/support/deadline.mjs';
import { cases } from '../support/older_world.mjs';

cases('connect', (cast, test) => {
  test('start', async (t) => {
    const { client, identity } = await cast.enter(t, 'alice');
    assert.equal(client.connectionState, 'connected');
    assert.equal(client.version, /\d+\.\d+\.\d+/.exec(cast.version)[0]);
    assert.equal(client.user.identity, identity);
    assert.equal(typeof client.reachabilityEnabled, 'boolean');
    assert.deepEqual((await client.getSubscribedConversations()).items, []);
  });

  test('shutdown', async (t) => {
    const alice = await cast.enter(t, 'alice');
    await alice.barrier(); // a request in flight would be left behind as an unhandled rejection
    await within(alice.client.shutdown(), 'the client to shut down');
    await alice.state('disconnected');
  });
});
