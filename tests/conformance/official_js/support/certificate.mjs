// A certificate of its own authority for 127.0.0.1, made by the openssl program.
import { spawnSync } from 'node:child_process';

export const hasOpenssl = spawnSync('openssl', ['version']).status === 0;

/** Paths of {certificate_file, private_key_file} in the given place. */
export function makeCertificate(place) {
  const [certificate_file, private_key_file] = [place.file('certificate.pem'), place.file('key.pem')];
  const made = spawnSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes',
    '-days', '2', '-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1',
    '-keyout', private_key_file, '-out', certificate_file], { encoding: 'utf8' });
  if (made.status !== 0) throw new Error(`openssl: ${made.stderr}`);
  return { certificate_file, private_key_file };
}
