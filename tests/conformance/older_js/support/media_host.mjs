// The host name that an older client has built in for media, as a proxy with TLS and a certificate of the test's own.
import { createHash, X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import tls from 'node:tls';
import { makeCertificate } from '../../official_js/support/certificate.mjs';

export const MEDIA_HOST = 'mcs.us1.twilio.com';

/** Carries what comes for MEDIA_HOST to `address`; ended with the case. Returns the flags that lead Chromium there. */
export async function serveMediaHost(t, address) {
  const directory = mkdtempSync(path.join(tmpdir(), 'parley-media-host-'));
  const { certificate_file, private_key_file } = makeCertificate({ file: (name) => path.join(directory, name) });
  const [cert, key] = [readFileSync(certificate_file), readFileSync(private_key_file)];
  rmSync(directory, { recursive: true });
  const [host, port] = address.split(':');
  const sockets = new Set();
  const server = tls.createServer({ cert, key }, (near) => {
    const far = net.connect({ host, port: Number(port) });
    for (const [one, other] of [[near, far], [far, near]]) {
      sockets.add(one);
      one.on('error', () => other.destroy()).on('close', () => other.destroy()).pipe(other);
    }
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const spki = new X509Certificate(cert).publicKey.export({ type: 'spki', format: 'der' });
  return [
    `--host-resolver-rules=MAP ${MEDIA_HOST}:443 127.0.0.1:${server.address().port}`,
    `--ignore-certificate-errors-spki-list=${createHash('sha256').update(spki).digest('base64')}`,
  ];
}
