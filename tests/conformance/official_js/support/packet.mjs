// Twilsock packets, byte for byte. Stricter than a client must be: what the service writes is checked here.

export function encode(header, payload = Buffer.alloc(0), { trailer = true } = {}) {
  const body = Buffer.isBuffer(payload) ? payload : Buffer.from(payload);
  const head = Buffer.from(JSON.stringify({ ...header, payload_size: header.payload_size ?? body.length }));
  const parts = [Buffer.from(`TWILSOCK V3.0 ${head.length}\r\n`), head, Buffer.from('\r\n'), body];
  if (body.length > 0 && trailer) parts.push(Buffer.from('\r\n'));
  return Buffer.concat(parts);
}

/** {header, payload}: payload is the parsed JSON or undefined. Throws on anything the format forbids. */
export function decode(bytes) {
  const lineEnd = bytes.indexOf('\r\n');
  const line = bytes.subarray(0, lineEnd).toString('latin1');
  const found = /^TWILSOCK V3\.0 (\d+)$/.exec(line);
  if (!found) throw new Error(`bad first line: ${JSON.stringify(line.slice(0, 60))}`);
  const headStart = lineEnd + 2;
  const headEnd = headStart + Number(found[1]);
  expectCrlf(bytes, headEnd, 'after the header');
  const header = JSON.parse(utf8(bytes.subarray(headStart, headEnd)));
  const bodyStart = headEnd + 2;
  const bodyEnd = bodyStart + (header.payload_size ?? 0);
  if (bodyEnd === bodyStart) {
    if (bytes.length !== bodyStart) throw new Error('bytes after a packet without payload');
    return { header };
  }
  expectCrlf(bytes, bodyEnd, 'after the payload (native clients need it)');
  if (bytes.length !== bodyEnd + 2) throw new Error('bytes after the packet');
  const text = utf8(bytes.subarray(bodyStart, bodyEnd));
  if (text.includes('\r\n')) throw new Error('a raw CRLF in the payload: native clients split there');
  return { header, payload: JSON.parse(text) };
}

function expectCrlf(bytes, at, where) {
  if (bytes.subarray(at, at + 2).toString('latin1') !== '\r\n') throw new Error(`no CRLF ${where}`);
}

const utf8 = (bytes) => new TextDecoder('utf-8', { fatal: true }).decode(bytes);
