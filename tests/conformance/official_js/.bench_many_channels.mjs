// Prints one line, as many_channels_bench does: channels, milliseconds until all are known, milliseconds of
// processor until then, resident KiB. Usage: node many_channels.mjs URL TOKEN
import { Client } from '@twilio/conversations';

const started = performance.now();
const client = new Client(process.argv[3], { Twilsock: { uri: process.argv[2] }, logLevel: 'silent' });
await new Promise((resolve, reject) => {
  client.on('initialized', resolve);
  client.on('initFailed', ({ error }) => reject(error));
});
let page = await client.getSubscribedConversations();
let channels = page.items.length;
while (page.hasNextPage) {
  page = await page.nextPage();
  channels += page.items.length;
}
const ready = performance.now() - started;
const { user, system } = process.cpuUsage();
console.log(channels, ready, (user + system) / 1000, Math.round(process.memoryUsage().rss / 1024));
process.exit(0);
