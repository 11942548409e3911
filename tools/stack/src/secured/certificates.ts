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
  /** What takes the place of `good` while the servers run. */
  readonly renewed: Certificate;
}

/** Makes two authorities and the certificates of `localhost` in `folder` by the machine's openssl. Valid for a day. */
export function makeCertificates(folder: string, user: ServerUser | undefined): Certificates {
  for (const authority of ['ca', 'other']) makeAuthority(folder, authority, 1);
  const leaf = (name: string, host: string, authority: string, days: number, subject = name): Certificate =>
    makeLeaf(folder, user, { name, names: `DNS:${host}`, authority, days, subject });
  const made = {
    good: leaf('good', 'localhost', 'ca', 1),
    wronghost: leaf('wronghost', 'kafka.example.org', 'ca', 1),
    expired: leaf('expired', 'localhost', 'ca', -1),
    foreign: leaf('foreign', 'localhost', 'other', 1),
    // Kafka takes no other subject in the place of one.
    renewed: leaf('renewed', 'localhost', 'ca', 1, 'good'),
  };
  return { ...made, authority: join(folder, 'ca.pem') };
}

function openssl(folder: string, ...words: string[]): void {
  execFileSync('openssl', words, { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] });
}

/** Makes `NAME.pem` and `NAME.key` of an authority in a folder that nobody else may enter. */
export function makeAuthority(folder: string, name: string, days: number): void {
  const files = ['-subj', `/CN=Reprise ${name}`, '-keyout', `${name}.key`, '-out', `${name}.pem`];
  openssl(folder, 'req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', String(days), ...files);
}

/** Makes the certificate of a server, signed by an authority that is in the same folder. Its files may be read by the servers' account. */
export function makeLeaf(
  folder: string,
  user: ServerUser | undefined,
  {
    name,
    names,
    authority,
    days,
    subject = name,
  }: {
    readonly name: string;
    readonly names: string;
    readonly authority: string;
    readonly days: number;
    readonly subject?: string;
  },
): Certificate {
  const path = (file: string): string => join(folder, `${name}.${file}`);
  const request = ['-subj', `/CN=${subject}`, '-keyout', path('key'), '-out', path('csr')];
  openssl(folder, 'req', '-newkey', 'rsa:2048', '-nodes', ...request);
  writeFileSync(path('ext'), `subjectAltName=${names}`);
  const by = ['-CA', `${authority}.pem`, '-CAkey', `${authority}.key`, '-CAcreateserial'];
  const signed = [...by, '-extfile', path('ext'), '-days', String(days)];
  openssl(folder, 'x509', '-req', '-in', path('csr'), '-out', path('crt'), ...signed);
  openssl(folder, 'pkcs8', '-topk8', '-nocrypt', '-in', path('key'), '-out', path('p8'));
  const [key = '', certificate = ''] = ['p8', 'crt'].map((file) => readFileSync(path(file), 'utf8'));
  const files = { key, crt: certificate, pem: `${key}${certificate}` };
  for (const [file, text] of Object.entries(files)) writeOwn(path(file), text, user);
  return { certificate: path('crt'), key: path('key'), bundle: path('pem') };
}
