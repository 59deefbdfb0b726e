// The official client's answer to `connections_bench outage`: one client that sends a message when it is told
// that the service is back, and again as often as that fails. Usage: node outage.mjs URL TOKEN
import { createInterface } from 'node:readline';
import { Client } from '@twilio/conversations';

const [url, token] = process.argv.slice(2);
const client = new Client(token, { Twilsock: { uri: url }, logLevel: 'silent' });
await new Promise((resolve, reject) => {
  client.on('initialized', resolve);
  client.on('initFailed', ({ error }) => reject(error));
});
const room = await client.createConversation({ uniqueName: `outage ${process.pid}` });
await room.join();
console.log('ready');
await new Promise((resolve) => createInterface({ input: process.stdin }).once('line', resolve));
const back = performance.now();
for (;;) {
  try {
    await room.sendMessage('first');
    break;
  } catch {
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
console.log(performance.now() - back);
process.exit(0);
