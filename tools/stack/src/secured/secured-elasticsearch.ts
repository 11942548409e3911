import { pbkdf2Sync, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { request } from 'node:https';
import { join } from 'node:path';
import { install } from '../artifacts/install.ts';
import { ownFolder, writeOwn } from '../servers/folders.ts';
import { poll } from '../waiting.ts';
import { startBelow, type SecuredContext } from './secured-server.ts';

export interface SecuredElasticsearch {
  /** `https://localhost:PORT` */
  readonly node: string;
  /** Users of the file realm; the password of each is its name and `-secret`. */
  readonly users: readonly string[];
}

/** Elasticsearch's own shape of a role, as far as it is used here. */
export interface ElasticsearchRole {
  readonly cluster: readonly string[];
  readonly indices: readonly { readonly names: readonly string[]; readonly privileges: readonly string[] }[];
}

/**
 * Elasticsearch with TLS and its security on. Users and roles stand in files: the distribution lacks what the index of API keys and
 * native users needs. Each role has a user of its name; `admin` may do everything.
 */
export async function startSecuredElasticsearch(
  context: SecuredContext,
  roles: Readonly<Record<string, ElasticsearchRole>>,
): Promise<SecuredElasticsearch> {
  const { folder, user, java, certificates, freePort, signal } = context;
  const distribution = await install('elasticsearch', { java, report: () => undefined, signal });
  const home = ownFolder(join(folder, 'elasticsearch'), user);
  const [data, logs, temporary, config] = ['data', 'logs', 'tmp', 'config'].map((name) =>
    ownFolder(join(home, name), user),
  ) as [string, string, string, string];
  const port = await freePort();
  const users = ['admin', ...Object.keys(roles)];
  const jvm = readFileSync(join(distribution, 'config/jvm.options'), 'utf8');
  const files: Record<string, string> = {
    'elasticsearch.yml': yaml({
      'cluster.name': 'secured',
      'path.data': data,
      'path.logs': logs,
      'network.host': '127.0.0.1',
      'http.port': port,
      'transport.port': await freePort(),
      'discovery.type': 'single-node',
      'action.auto_create_index': false,
      'cluster.routing.allocation.disk.threshold_enabled': false,
      'xpack.security.enabled': true,
      'xpack.security.authc.password_hashing.algorithm': 'pbkdf2_1000',
      'xpack.security.http.ssl.enabled': true,
      'xpack.security.http.ssl.key': 'http.key',
      'xpack.security.http.ssl.certificate': 'http.crt',
      'xpack.security.transport.ssl.enabled': false,
    }),
    'roles.yml': yaml(roles),
    users: users.map((name) => `${name}:${hashOf(`${name}-secret`)}\n`).join(''),
    users_roles: users.map((name) => `${name === 'admin' ? 'superuser' : name}:${name}\n`).join(''),
    'role_mapping.yml': '',
    service_tokens: '',
    'jvm.options': `${jvm.replace(/^-Xlog:gc.*$/gm, '')}\n-Xms512m\n-Xmx512m\n`,
  };
  const copies = {
    'log4j2.properties': join(distribution, 'config/log4j2.properties'),
    'http.key': certificates.good.key,
    'http.crt': certificates.good.certificate,
  };
  for (const [name, file] of Object.entries(copies)) files[name] = readFileSync(file, 'utf8');
  for (const [name, text] of Object.entries(files)) writeOwn(join(config, name), text, user);
  startBelow(home, join(distribution, 'bin/elasticsearch'), [], context, {
    ES_JAVA_HOME: java.home,
    ES_PATH_CONF: config,
    ES_TMPDIR: temporary,
  });
  const up = await poll(() => health(port, certificates.authority), { timeoutMs: 240_000, signal });
  if (!up.ok) throw new Error('the secured Elasticsearch was not up within 240 s', { cause: up.lastError });
  return { node: `https://localhost:${port}`, users };
}

/** YAML takes JSON for its values. */
function yaml(settings: object): string {
  return Object.entries(settings)
    .map(([name, value]) => `${name}: ${JSON.stringify(value)}\n`)
    .join('');
}

/** As Elasticsearch stores a password: few rounds, because these protect nothing and every request pays for them. */
function hashOf(password: string): string {
  const salt = randomBytes(32);
  const hash = pbkdf2Sync(password, salt, 1_000, 32, 'sha512');
  return `{PBKDF2}1000$${salt.toString('base64')}$${hash.toString('base64')}`;
}

function health(port: number, authority: string): Promise<true> {
  return new Promise((resolve, reject) => {
    const asked = request(
      {
        host: 'localhost',
        port,
        path: '/_cluster/health?wait_for_status=yellow',
        ca: readFileSync(authority),
        auth: 'admin:admin-secret',
      },
      (response) => {
        response.resume();
        if (response.statusCode === 200) resolve(true);
        else reject(new Error(`it answers ${response.statusCode}`));
      },
    );
    asked.once('error', reject);
    asked.setTimeout(5_000, () => asked.destroy(new Error('no answer')));
    asked.end();
  });
}
