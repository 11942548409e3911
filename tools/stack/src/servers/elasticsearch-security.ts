import { pbkdf2Sync, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { request } from 'node:https';
import { loginOf, platformUser, tlsOf } from '../instance/security.ts';
import type { InstanceState } from '../instance/state.ts';

/** Settings of a node with TLS for its clients and users in files. Plaintext between nodes is for one node only: nothing connects there. */
export const securitySettings = {
  'xpack.security.enabled': true,
  'xpack.security.authc.password_hashing.algorithm': 'pbkdf2_1000',
  'xpack.security.http.ssl.enabled': true,
  'xpack.security.http.ssl.key': 'http.key',
  'xpack.security.http.ssl.certificate': 'http.crt',
  'xpack.security.transport.ssl.enabled': false,
} as const;

/** Elasticsearch's shape of a role, as far as it is used here. */
export interface ElasticsearchRole {
  readonly cluster: readonly string[];
  readonly indices: readonly { readonly names: readonly string[]; readonly privileges: readonly string[] }[];
}

/**
 * The files of users and roles. Each role has a user of its name; `admin` may do everything.
 * @param passwordOf the password of each user
 */
export function userFiles(
  roles: Readonly<Record<string, ElasticsearchRole>>,
  passwordOf: (user: string) => string,
): Record<string, string> {
  const users = ['admin', ...Object.keys(roles)];
  return {
    'roles.yml': yaml(roles),
    users: users.map((name) => `${name}:${hashOf(passwordOf(name))}\n`).join(''),
    users_roles: users.map((name) => `${name === 'admin' ? 'superuser' : name}:${name}\n`).join(''),
    'role_mapping.yml': '',
    service_tokens: '',
  };
}

/** YAML takes JSON for its values. */
export function yaml(settings: object): string {
  return Object.entries(settings)
    .map(([name, value]) => `${name}: ${JSON.stringify(value)}\n`)
    .join('');
}

/** As Elasticsearch stores a password: few rounds, because passwords here are random and every request pays for the rounds. */
function hashOf(password: string): string {
  const salt = randomBytes(32);
  const hash = pbkdf2Sync(password, salt, 1_000, 32, 'sha512');
  return `{PBKDF2}1000$${salt.toString('base64')}$${hash.toString('base64')}`;
}

/** The files of an instance with TLS: the applications' user has the documented rights of all of them. */
export function filesOf(state: InstanceState): Record<string, string | Buffer> {
  const files = tlsOf(state);
  if (!files) return {};
  const names = ['*_search_v*', '*_search'];
  const role = { cluster: ['monitor'], indices: [{ names, privileges: ['manage', 'read', 'write'] }] };
  return {
    ...userFiles(
      { [platformUser]: role },
      (user) => loginOf(state, user === 'admin' ? user : platformUser).password,
    ),
    'http.key': readFileSync(files.key),
    'http.crt': readFileSync(files.certificate),
  };
}

/** Asks a node with TLS as its administrator. @returns the answer, of 200 */
export function askSecurely(
  url: string,
  { ca, username, password }: { readonly ca: Buffer; readonly username: string; readonly password: string },
): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const asked = request(url, { ca, auth: `${username}:${password}` }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part: string) => (text += part));
      response.once('end', () => {
        if (response.statusCode === 200) resolve(JSON.parse(text));
        else reject(new Error(`${new URL(url).pathname} answered ${response.statusCode}`));
      });
    });
    asked.once('error', reject);
    asked.setTimeout(5_000, () => asked.destroy(new Error('no answer')));
    asked.end();
  });
}
