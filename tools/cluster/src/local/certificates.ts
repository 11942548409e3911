import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { accounts, addresses, nodeName } from './settings.ts';

/** Makes the cluster's authority, what it signs for the API server and its accounts, and the key of service accounts, in a folder. */
export function makeCertificates(folder: string): void {
  const openssl = (...words: readonly string[]): void =>
    void execFileSync('openssl', words, { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] });
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
  const sign = (name: string, subject: string, extension: string): void => {
    writeFileSync(join(folder, `${name}.ext`), extension);
    openssl('req', ...key, '-subj', subject, '-keyout', `${name}.key`, '-out', `${name}.csr`);
    const authority = ['-CA', 'ca.crt', '-CAkey', 'ca.key', '-CAcreateserial', '-days', '30'];
    openssl(
      'x509',
      '-req',
      '-in',
      `${name}.csr`,
      '-out',
      `${name}.crt`,
      ...authority,
      '-extfile',
      `${name}.ext`,
    );
  };
  openssl(
    'req',
    '-x509',
    ...key,
    '-days',
    '30',
    '-subj',
    '/CN=reprise',
    '-keyout',
    'ca.key',
    '-out',
    'ca.crt',
  );
  const names = ['localhost', 'kubernetes', 'kubernetes.default', 'kubernetes.default.svc', nodeName];
  const numbers = ['127.0.0.1', addresses.node, addresses.sealed, addresses.apiService];
  const alternatives = [...names.map((name) => `DNS:${name}`), ...numbers.map((number) => `IP:${number}`)];
  sign('api', '/CN=kube-apiserver', `subjectAltName=${alternatives.join(',')}`);
  for (const [account, subject] of Object.entries(accounts))
    sign(account, subject, 'extendedKeyUsage=clientAuth');
  openssl('genrsa', '-out', 'sa.key', '2048');
  openssl('rsa', '-in', 'sa.key', '-pubout', '-out', 'sa.pub');
}
