// PARLEY_FRAMES=1: every WebSocket message of the clients goes to stderr. Each of them brings its own ws.
import { readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import path from 'node:path';

const LONGEST = Number(process.env.PARLEY_FRAMES) > 1 ? Number(process.env.PARLEY_FRAMES) : 4000;

function print(arrow, socket, data) {
  const text = Buffer.from(data).toString('utf8').replace(/"token":"[^"]+"/, '"token":"..."');
  const port = socket._socket?.localPort ?? '?';
  process.stderr.write(`${arrow} ${port} ${text.replace(/\r\n/g, '\n      ').slice(0, LONGEST)}\n`);
}

function printFrames(WebSocket) {
  const { send, emit } = WebSocket.prototype;
  WebSocket.prototype.send = function (data, ...rest) {
    print('-->', this, data);
    return send.call(this, data, ...rest);
  };
  WebSocket.prototype.emit = function (event, ...args) {
    if (event === 'message') print('<--', this, args[0]);
    return emit.call(this, event, ...args);
  };
}

if (process.env.PARLEY_FRAMES) {
  for (const place of ['../', '../lowest/']) {
    const directory = fileURLToPath(new URL(place, import.meta.url));
    const files = readdirSync(path.join(directory, 'node_modules'), { recursive: true });
    for (const file of files.filter((name) => /(^|node_modules\/)ws\/package\.json$/.test(name))) {
      printFrames(createRequire(import.meta.url)(path.dirname(path.join(directory, 'node_modules', file))));
    }
  }
}
