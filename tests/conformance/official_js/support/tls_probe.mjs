// A process of its own, because Node reads NODE_EXTRA_CA_CERTS at its start. Arguments: URL, token, version.
import { forgetTimers, official } from './official.mjs';

const [url, token, version] = process.argv.slice(2);
const { Client } = await official(version);

const say = (report) => {
  process.stdout.write(`${JSON.stringify(report)}\n`);
  forgetTimers();
  process.exit(0);
};
const once = (emitter, event, fits = () => true) =>
  new Promise((resolve) => emitter.on(event, (args) => fits(args) && resolve(args)));

const client = new Client(token, { Twilsock: { uri: url }, logLevel: 'silent' });
client.on('connectionError', ({ message }) => say({ error: message }));
await once(client, 'stateChanged', (state) => state === 'initialized');
const room = await client.createConversation();
await room.join();
await room.prepareMessage().setBody('over TLS').addMedia({ contentType: 'text/plain', media: Buffer.from('a file') }).build().send();
// Asked for, not waited for: the client reports nothing that came before its subscription stood.
const [message] = (await room.getMessages(1)).items;
const link = await message.attachedMedia[0].getContentTemporaryUrl();
say({ body: message.body, link, file: await (await fetch(link)).text() });
