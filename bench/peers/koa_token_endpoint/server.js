// The usual sample with a check: one route that mints a chat token for the back end that shows the key.
// Listens on 127.0.0.1:PORT (0: the system chooses).
const { createHash } = require('crypto');
const Koa = require('koa');
const { bodyParser } = require('@koa/bodyparser');
const { AccessToken } = require('twilio').jwt;

const [account, key, secret, service, backendKey] = process.argv.slice(3);
const digest = (text) => createHash('sha256').update(text).digest('hex');
const backends = new Map([[digest(backendKey), 'bench']]);
const app = new Koa();
app.use(bodyParser());
app.use((ctx) => {
  if (ctx.method !== 'POST' || ctx.path !== '/v1/token') return;
  const [scheme, credential] = (ctx.get('Authorization') || '').split(' ');
  if (scheme !== 'Bearer' || !backends.has(digest(credential))) return ctx.throw(401);
  const identity = ctx.request.body.user;
  const token = new AccessToken(account, key, secret, { identity, ttl: 3600 });
  token.addGrant(new AccessToken.ChatGrant({ serviceSid: service }));
  ctx.set('Cache-Control', 'no-store');
  ctx.body = { token: token.toJwt(), identity, expires_at: Math.floor(Date.now() / 1000) + 3600 };
});
const server = app.listen(Number(process.argv[2]), '127.0.0.1', () => {
  console.log(`koa listening on http://127.0.0.1:${server.address().port}`);
});
