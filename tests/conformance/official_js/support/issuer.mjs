// Another issuer of tokens (OpenID Connect): its keys on a web server of its own.
import { createSign, generateKeyPairSync, randomUUID } from 'node:crypto';
import http from 'node:http';

const KINDS = {
  RS256: () => generateKeyPairSync('rsa', { modulusLength: 2048 }),
  ES256: () => generateKeyPairSync('ec', { namedCurve: 'P-256' }),
};
const part = (object) => Buffer.from(JSON.stringify(object)).toString('base64url');

export class Issuer {
  static async start(t) {
    const issuer = new Issuer();
    await new Promise((resolve) => issuer.server.listen(0, '127.0.0.1', resolve));
    t?.after(() => issuer.stop());
    issuer.url = `http://127.0.0.1:${issuer.server.address().port}`;
    return issuer;
  }

  constructor() {
    this.keys = Object.fromEntries(Object.keys(KINDS).map((alg) => [alg, newKey(alg)]));
    this.asked = 0;
    this.down = false;
    this.server = http.createServer((request, reply) => {
      this.asked += 1;
      if (this.down) return void reply.writeHead(500).end();
      const keys = Object.values(this.keys).map((key) => key.jwk);
      reply.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify({ keys }));
    });
  }

  /** An element of the configuration's `callers`. */
  caller(rest = {}) {
    return { type: 'oidc', issuer: this.url, audiences: ['chat-app'], algorithms: Object.keys(KINDS),
      jwks_url: `${this.url}/jwks.json`, ...rest };
  }

  /** From now on tokens are signed with new keys, and only those are published. */
  rotate() {
    for (const alg of Object.keys(KINDS)) this.keys[alg] = newKey(alg);
  }

  /** An ID token; `change` replaces claims, `undefined` leaves them out. */
  token(subject, { alg = 'RS256', key = this.keys[alg], head = {}, ...change } = {}) {
    const now = Math.floor(Date.now() / 1000);
    const claims = { iss: this.url, aud: 'chat-app', sub: subject, iat: now, exp: now + 300, ...change };
    const text = `${part({ alg, typ: 'JWT', kid: key.jwk.kid, ...head })}.${part(claims)}`;
    const signature = createSign('sha256').update(text).sign({ key: key.privateKey, dsaEncoding: 'ieee-p1363' });
    return `${text}.${signature.toString('base64url')}`;
  }

  stop() {
    this.server.closeAllConnections();
    return new Promise((resolve) => this.server.close(resolve));
  }
}

export function newKey(alg) {
  const { privateKey, publicKey } = KINDS[alg]();
  return { privateKey, jwk: { ...publicKey.export({ format: 'jwk' }), kid: randomUUID(), alg, use: 'sig' } };
}
