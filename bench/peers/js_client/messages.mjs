// The official client's answer to sdk_vs_official_bench, with the same lines. Usage:
//   node messages.mjs receive URL TOKEN CHANNELS COUNT     channels and messages in each
//   node messages.mjs send|burst URL TOKEN CHANNEL COUNT
import { Client } from '@twilio/conversations';

const [what, url, token, name, count] = process.argv.slice(2);
const client = new Client(token, { Twilsock: { uri: url }, logLevel: 'silent' });
await new Promise((resolve, reject) => {
  client.on('initialized', resolve);
  client.on('initFailed', ({ error }) => reject(error));
});
const processorMs = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};
const text = 'x'.repeat(100);

async function receive(channels, wanted) {
  let page = await client.getSubscribedConversations();
  const rooms = [...page.items];
  while (page.hasNextPage) {
    page = await page.nextPage();
    rooms.push(...page.items);
  }
  if (rooms.length !== channels) throw new Error(`${rooms.length} channels`);
  let heard = 0;
  const all = new Promise((resolve) => client.on('messageAdded', () => ++heard === wanted && resolve()));
  for (const room of rooms) await room.getParticipants(); // it reports messages only from when the lists are open
  console.log('ready');
  const before = processorMs();
  await all;
  console.log((processorMs() - before) / wanted, Math.round(process.memoryUsage.rss() / 1024));
}

async function send(room, wanted, atOnce) {
  const started = performance.now();
  const before = processorMs();
  if (atOnce) await Promise.all(Array.from({ length: wanted }, () => room.sendMessage(text)));
  else for (let i = 0; i < wanted; ++i) await room.sendMessage(text);
  console.log(performance.now() - started, processorMs() - before);
}

if (what === 'receive') {
  await receive(Number(name), Number(name) * Number(count));
} else {
  const room = await client.createConversation({ uniqueName: name });
  await room.join();
  await send(room, Number(count), what === 'burst');
}
process.exit(0);
