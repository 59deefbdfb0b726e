// npm install @twilio/conversations; CHAT_SERVICE=path/to/chat_service node --test chat.test.mjs
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { after, before, test } from 'node:test';
import { Client } from '@twilio/conversations';

let service;
let config;

before(async () => {
  const options = '--listen 127.0.0.1:0 --database :memory: --print-config --exit-with-parent'.split(' ');
  service = spawn(process.env.CHAT_SERVICE ?? 'chat_service', options, { stdio: ['pipe', 'pipe', 'ignore'] });
  const [line] = await once(createInterface(service.stdout), 'line');
  config = JSON.parse(line);
});
after(() => {
  service.stdin.end(); // it stops by itself, even if this process is killed
  setTimeout(() => process.exit(), 100); // the client leaves timers behind that would keep this process
});

function tokenFor(identity) {
  const part = (object) => Buffer.from(JSON.stringify(object)).toString('base64url');
  const now = Math.floor(Date.now() / 1000);
  const head = part({ typ: 'JWT', alg: 'HS256', cty: 'twilio-fpa;v=1' });
  const body = part({
    jti: `${config.api_key_sid}-${now}`,
    iss: config.api_key_sid,
    sub: config.account_sid,
    exp: now + 3600,
    grants: { identity, chat: { service_sid: config.chat_service_sid } },
  });
  const signature = createHmac('sha256', config.api_key_secret).update(`${head}.${body}`).digest('base64url');
  return `${head}.${body}.${signature}`;
}

async function enter(identity) {
  const client = new Client(tokenFor(identity), { Twilsock: { uri: config.chat_url } });
  await once(client, 'initialized');
  return client;
}

test('what Alice says reaches Bob', async () => {
  const [alice, bob] = await Promise.all([enter('alice'), enter('bob')]);
  const entered = once(bob, 'conversationJoined'); // what was said before is history and no event
  const heard = once(bob, 'messageAdded');
  const room = await alice.createConversation({ uniqueName: 'general' });
  await room.join();
  await room.add('bob');
  await entered;
  await room.sendMessage('hello');
  const [message] = await heard;
  assert.equal(message.author, 'alice');
  assert.equal(message.body, 'hello');
  await Promise.all([alice.shutdown(), bob.shutdown()]);
});
