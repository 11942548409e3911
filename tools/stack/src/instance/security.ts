import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { StackError } from '../errors.ts';
import { makeAuthority, makeLeaf } from '../secured/certificates.ts';
import type { ServerUser } from '../server-user.ts';
import { ownFolder, writeOwn } from '../servers/folders.ts';
import { passwordOf } from './passwords.ts';
import type { InstanceState } from './state.ts';

/** Days that an authority is valid, and one of its servers' certificates, which `up` makes again for servers that it starts. */
const [days, daysOfServer] = [365, 180];

/** The user of Kafka and Elasticsearch that the applications log in as, with the documented rights of all of them. */
export const platformUser = 'reprise';

/** Files of TLS, where the servers read them; root's clients read them there too. */
export interface TlsFiles {
  readonly authority: string;
  readonly certificate: string;
  readonly key: string;
  /** Key and certificate in one file, as Kafka wants them. */
  readonly bundle: string;
}

/** Undefined for an instance without TLS. */
export function tlsOf({ secure, dataDirectory }: InstanceState): TlsFiles | undefined {
  if (secure !== true) return undefined;
  const file = (name: string): string => join(dataDirectory, 'tls', name);
  return {
    ...{ authority: file('ca.pem'), certificate: file('server.crt') },
    ...{ key: file('server.key'), bundle: file('server.pem') },
  };
}

/** How the servers of the stack call one of their users; its password is made from the secret of the instance. */
export function loginOf(
  state: InstanceState,
  user: typeof platformUser | 'admin',
): { readonly username: string; readonly password: string } {
  return { username: user, password: passwordOf(state, `server user ${user}`) };
}

/**
 * Makes the authority of an instance with TLS, once, in the folder of the instance, and a new certificate for its servers. The key of the
 * authority stays there, where the servers' account cannot read it.
 */
export function provideCertificates(
  directory: string,
  state: InstanceState,
  user: ServerUser | undefined,
): void {
  const files = tlsOf(state);
  if (files === undefined) return;
  const own = ownFolder(join(directory, 'authority'), undefined);
  const authority = join(own, 'ca.pem');
  const made = existsSync(authority) ? statSync(authority).mtimeMs : 0;
  try {
    if (Date.now() - made > (days * 86_400_000) / 2) makeAuthority(own, 'ca', days);
    const names = 'DNS:localhost,IP:127.0.0.1';
    const leaf = makeLeaf(own, undefined, { name: 'server', names, authority: 'ca', days: daysOfServer });
    ownFolder(join(state.dataDirectory, 'tls'), user);
    const copies = [
      [authority, files.authority],
      [leaf.certificate, files.certificate],
      [leaf.key, files.key],
      [leaf.bundle, files.bundle],
    ] as const;
    for (const [from, to] of copies) writeOwn(to, readFileSync(from), user);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    throw new StackError('START_FAILED', 'openssl makes the certificates of --secure, and is not installed.');
  }
}

/** Where clients find the authority of an instance with TLS. */
export function authorityFile(directory: string): string {
  return join(directory, 'authority', 'ca.pem');
}
