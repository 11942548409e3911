import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ServerUser } from '../server-user.ts';
import { writeOwn } from '../servers/folders.ts';

/** Every certificate a server can show: the right one, and one for each way in which it can be wrong. */
export const certificateNames = ['good', 'wronghost', 'expired', 'foreign'] as const;
export type CertificateName = (typeof certificateNames)[number];

/** Paths of PEM files. */
export interface Certificate {
  readonly certificate: string;
  readonly key: string;
  /** Key and certificate in one file, as Kafka wants them. */
  readonly bundle: string;
}

export interface Certificates extends Readonly<Record<CertificateName, Certificate>> {
  /** The authority that signed all but `foreign`. */
  readonly authority: string;
}

/** Makes two authorities and the certificates of `localhost` in `folder` by the machine's openssl. Valid for a day. */
export function makeCertificates(folder: string, user: ServerUser | undefined): Certificates {
  const openssl = (...words: string[]): void =>
    void execFileSync('openssl', words, { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] });
  for (const authority of ['ca', 'other']) {
    const names = [
      '-subj',
      `/CN=Reprise test ${authority}`,
      '-keyout',
      `${authority}.key`,
      '-out',
      `${authority}.pem`,
    ];
    openssl('req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '1', ...names);
  }
  const made = {
    good: leaf('good', 'localhost', 'ca', ['-days', '1']),
    wronghost: leaf('wronghost', 'kafka.example.org', 'ca', ['-days', '1']),
    expired: leaf('expired', 'localhost', 'ca', ['-days', '-1']),
    foreign: leaf('foreign', 'localhost', 'other', ['-days', '1']),
  };
  return { ...made, authority: join(folder, 'ca.pem') };

  function leaf(name: CertificateName, host: string, authority: string, validity: string[]): Certificate {
    openssl(
      'req',
      '-newkey',
      'rsa:2048',
      '-nodes',
      '-subj',
      `/CN=${name}`,
      '-keyout',
      `${name}.key`,
      '-out',
      `${name}.csr`,
    );
    writeFileSync(join(folder, `${name}.ext`), `subjectAltName=DNS:${host}`);
    const signed = [
      '-CA',
      `${authority}.pem`,
      '-CAkey',
      `${authority}.key`,
      '-CAcreateserial',
      '-extfile',
      `${name}.ext`,
    ];
    openssl('x509', '-req', '-in', `${name}.csr`, '-out', `${name}.crt`, ...signed, ...validity);
    openssl('pkcs8', '-topk8', '-nocrypt', '-in', `${name}.key`, '-out', `${name}.p8`);
    const [key, certificate] = ['p8', 'crt'].map((file) =>
      readFileSync(join(folder, `${name}.${file}`), 'utf8'),
    );
    const files = { key, crt: certificate, pem: `${key}${certificate}` };
    for (const [file, text] of Object.entries(files))
      writeOwn(join(folder, `${name}.${file}`), text ?? '', user);
    const path = (file: string): string => join(folder, `${name}.${file}`);
    return { certificate: path('crt'), key: path('key'), bundle: path('pem') };
  }
}
