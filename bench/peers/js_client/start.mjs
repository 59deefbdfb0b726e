// The official client's answer to client_start_bench: milliseconds from start to connected, resident KiB idle.
const start = performance.now();
const { Client } = await import('@twilio/conversations');
const [url, token] = process.argv.slice(2);
const client = new Client(token, { Twilsock: { uri: url }, logLevel: 'silent' });
client.on('initialized', () => {
  const connected = performance.now() - start;
  setTimeout(() => {
    console.log(`${connected} ${Math.round(process.memoryUsage.rss() / 1024)}`);
    process.exit(0);
  }, 2000);
});
client.on('initFailed', ({ error }) => {
  console.error(error);
  process.exit(1);
});
