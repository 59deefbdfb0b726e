// PARLEY_FRAMES=1: every WebSocket message of the official clients and of the raw cases goes to stderr.
import WebSocket from 'ws';

const LONGEST = Number(process.env.PARLEY_FRAMES) > 1 ? Number(process.env.PARLEY_FRAMES) : 4000;

function print(arrow, socket, data) {
  const text = Buffer.from(data).toString('utf8').replace(/"token":"[^"]+"/, '"token":"..."');
  const port = socket._socket?.localPort ?? '?';
  process.stderr.write(`${arrow} ${port} ${text.replace(/\r\n/g, '\n      ').slice(0, LONGEST)}\n`);
}

const { send } = WebSocket.prototype;
WebSocket.prototype.send = function (data, ...rest) {
  print('-->', this, data);
  return send.call(this, data, ...rest);
};
const { emit } = WebSocket.prototype;
WebSocket.prototype.emit = function (event, ...args) {
  if (event === 'message') print('<--', this, args[0]);
  return emit.call(this, event, ...args);
};
