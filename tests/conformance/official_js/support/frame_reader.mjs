// Where WebSocket frames end in a stream of bytes that begins with the opening handshake.
const HEAD_END = Buffer.from('\r\n\r\n');

export class FrameReader {
  constructor() {
    this.shaken = false;
    this.rest = Buffer.alloc(0);
  }

  /** The offsets in `chunk` right behind each frame that it completes. */
  ends(chunk) {
    const before = this.rest.length;
    const bytes = Buffer.concat([this.rest, chunk]);
    const ends = [];
    let at = this.shaken ? 0 : this.skipHandshake(bytes);
    for (let size = at < 0 ? -1 : frameSize(bytes, at); size > 0; size = frameSize(bytes, at)) {
      at += size;
      ends.push(at - before);
    }
    this.rest = bytes.subarray(Math.max(at, 0));
    return ends;
  }

  skipHandshake(bytes) {
    const end = bytes.indexOf(HEAD_END);
    if (end < 0) return -1;
    this.shaken = true;
    return end + HEAD_END.length;
  }
}

/** Of the frame that begins at `at`, or -1 if it is not all there. */
function frameSize(bytes, at) {
  if (bytes.length < at + 2) return -1;
  const short = bytes[at + 1] & 0x7f;
  const extended = { 126: 2, 127: 8 }[short] ?? 0;
  if (bytes.length < at + 2 + extended) return -1;
  let length = short;
  if (extended === 2) length = bytes.readUInt16BE(at + 2);
  if (extended === 8) length = Number(bytes.readBigUInt64BE(at + 2));
  const size = 2 + extended + (bytes[at + 1] & 0x80 ? 4 : 0) + length;
  return bytes.length < at + size ? -1 : size;
}
