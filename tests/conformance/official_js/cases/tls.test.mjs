// WebSocket and media over TLS; the client trusts the certificate by NODE_EXTRA_CA_CERTS.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import tls from 'node:tls';
import { fileURLToPath } from 'node:url';
import { hasOpenssl, makeCertificate } from '../support/certificate.mjs';
import { eventually, within } from '../support/deadline.mjs';
import { cases, fresh, versions } from '../support/world.mjs';

const PROBE = fileURLToPath(new URL('../support/tls_probe.mjs', import.meta.url));
const skip = hasOpenssl ? {} : { skip: 'no openssl program' };

const chat = (place) => (hasOpenssl ? { tls: makeCertificate(place) } : {});

cases('tls', { chat }, (world, test) => {
  const url = () => `wss://${world.chatAddress}/v3/wsconnect`;
  /** What the official client says in a process that trusts `authority`, or nobody special. */
  const probe = async (version, authority) => {
    const token = await world.token(fresh('alice'));
    const child = spawn(process.execPath, [...process.execArgv.filter((arg) => arg.startsWith('--experimental-global')), PROBE, url(), token, version],
      { env: { ...process.env, ...(authority ? { NODE_EXTRA_CA_CERTS: authority } : {}) } });
    let output = '';
    for (const pipe of [child.stdout, child.stderr]) pipe.setEncoding('utf8').on('data', (text) => (output += text));
    const ended = new Promise((resolve) => child.on('exit', resolve));
    try {
      await within(ended, () => `the client to end; it said:\n${output}`, 30_000);
    } finally {
      child.kill('SIGKILL');
    }
    return JSON.parse(output.trim().split('\n').at(-1));
  };

  for (const version of versions) {
    test(`tls_official_client: ${version}`, async () => {
      const report = await probe(version, world.chat.tls.certificate_file);
      assert.equal(report.body, 'over TLS', JSON.stringify(report));
      assert.equal(report.file, 'a file');
      assert.match(report.link, /^https:/);
    }, skip);
  }

  test('error_tls_unknown_authority', async () => {
    const { error } = await probe(versions[0]);
    assert.match(error, /certificate|self.signed/i);
  }, skip);

  test('error_tls_plain_text', async () => {
    const reply = await fetch(`http://${world.chatAddress}/healthz`).then((r) => r.status, () => 'cut');
    assert.ok(['cut', 400].includes(reply), String(reply));
  }, skip);

  test('error_tls_old_protocol', async () => {
    const [host, port] = world.chatAddress.split(':');
    const old = tls.connect({ host, port: Number(port), rejectUnauthorized: false, minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' });
    const outcome = await within(new Promise((resolve) => {
      old.on('secureConnect', () => resolve('connected'));
      old.on('error', () => resolve('refused'));
    }), 'an answer to TLS 1.1');
    old.destroy();
    assert.equal(outcome, 'refused');
  }, skip);

  test('tls_half_handshakes_do_not_stay', async () => {
    const [host, port] = world.chatAddress.split(':');
    const sockets = Array.from({ length: 50 }, () => tls.connect({ host, port: Number(port), rejectUnauthorized: false }).on('error', () => {}));
    for (const socket of sockets) socket.destroy();
    await eventually('their descriptors to be closed', () => world.chatService.openFiles() < 60);
  }, skip);
});
