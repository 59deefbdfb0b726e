// What a group used and no program may write anywhere in clear.

/** Shorter texts are found by chance. */
const SHORTEST = 8;

export class Secrets {
  constructor() {
    this.texts = new Map(); // text -> what it is
  }

  /** Remembers `text` and returns it. */
  keep(what, text) {
    if (Buffer.byteLength(text) >= SHORTEST) this.texts.set(text, what);
    return text;
  }
  keepToken(what, token) {
    // All headers are the same; a part of the rest is bad enough.
    const [, payload, signature] = token.split('.');
    this.keep(`the payload of ${what}`, payload);
    this.keep(`the signature of ${what}`, signature);
    return token;
  }

  /** What of it is in `written`, as it is or as JSON, URLs or base64 write it. Never the text itself. */
  leaks(written, ...except) {
    const found = [];
    for (const [text, what] of this.texts) {
      if (except.includes(what)) continue;
      if (spellings(text).some((spelling) => written.includes(spelling))) found.push(what);
    }
    return [...new Set(found)];
  }
}

function spellings(text) {
  const base64 = Buffer.from(text).toString('base64').replace(/.{0,3}=*$/, '');
  const all = [text, JSON.stringify(text).slice(1, -1), encodeURIComponent(text), base64];
  all.push(base64.replaceAll('+', '-').replaceAll('/', '_'));
  return [...new Set(all)].filter((spelling) => spelling.length >= SHORTEST);
}
