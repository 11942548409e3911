import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { createInterface } from 'node:readline';
import { afterFile } from '../after-file.ts';
import { workspaceRoot } from '../workspace-root.ts';

type CertificateName = 'good' | 'wronghost' | 'expired' | 'foreign';

/** Paths of PEM files. */
export interface CertificateFiles {
  readonly certificate: string;
  readonly key: string;
  /** Key and certificate in one file, as Kafka wants them. */
  readonly bundle: string;
}

/** Servers with TLS, logins and rights; see `tools/stack/src/secured`. */
export interface SecuredServers {
  readonly certificates: Readonly<Record<CertificateName | 'renewed', CertificateFiles>> & {
    readonly authority: string;
  };
  /** Users `relay`, `consumer`, `rebuild` and `nobody` of SCRAM-SHA-512; a password is the name and `-secret`. */
  readonly kafka: {
    readonly tls: Readonly<Record<CertificateName, string>>;
    readonly withoutLogin: string;
    readonly plaintext: string;
  };
  readonly postgres: { readonly port: number; readonly adminUrl: string };
  /** A user for each role, and `admin`; a password is the name and `-secret`. */
  readonly elasticsearch: {
    readonly node: string;
    /** Its own files, which it reads again when they change. Kafka and Postgres show `good` from where it is. */
    readonly tls: Omit<CertificateFiles, 'bundle'>;
  };
}

/**
 * Starts Kafka, Postgres and Elasticsearch with security on and stops them at the end of the test file; about half a minute.
 *
 * @param roles of Elasticsearch, as its `roles.yml` has them
 */
export async function securedServers(roles: Readonly<Record<string, object>>): Promise<SecuredServers> {
  const main = join(workspaceRoot, 'tools/stack/src/secured/main.ts');
  const child = spawn(process.execPath, ['--conditions=@reprise/source', main, JSON.stringify(roles)], {
    cwd: workspaceRoot,
    env: { ...process.env, NODE_OPTIONS: '' },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const closed = once(child, 'close');
  const complaints = text(child.stderr);
  afterFile(async () => {
    child.stdin.end();
    await closed;
  });
  for await (const line of createInterface(child.stdout)) return JSON.parse(line) as SecuredServers;
  throw new Error(`The secured servers did not start.\n${await complaints}`);
}
