import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { installWithApiKeys } from '../artifacts/api-keys.ts';
import {
  askSecurely,
  securitySettings,
  userFiles,
  yaml,
  type ElasticsearchRole,
} from '../servers/elasticsearch-security.ts';
import { ownFolder, writeOwn } from '../servers/folders.ts';
import { startSecured, type SecuredContext } from './secured-server.ts';

export interface SecuredElasticsearch {
  /** `https://localhost:PORT` */
  readonly node: string;
  /** Users of the file realm; the password of each is its name and `-secret`. */
  readonly users: readonly string[];
  /** Its own files of TLS, which it reads again when they change. */
  readonly tls: { readonly key: string; readonly certificate: string };
}

/**
 * Elasticsearch with TLS and its security on, which also takes API keys. Users and roles stand in files, so they are there from the start.
 * Each role has a user of its name; `admin` may do everything.
 */
export async function startSecuredElasticsearch(
  context: SecuredContext,
  roles: Readonly<Record<string, ElasticsearchRole>>,
): Promise<SecuredElasticsearch> {
  const { folder, user, java, certificates, freePort, signal } = context;
  const distribution = await installWithApiKeys({ java, report: () => undefined, signal });
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
      // How often it looks whether its certificate was renewed.
      'resource.reload.interval.high': '1s',
      ...securitySettings,
    }),
    ...userFiles(roles, (name) => `${name}-secret`),
    'jvm.options': `${jvm.replace(/^-Xlog:gc.*$/gm, '')}\n-Xms512m\n-Xmx512m\n`,
  };
  const copies = {
    'log4j2.properties': join(distribution, 'config/log4j2.properties'),
    'http.key': certificates.good.key,
    'http.crt': certificates.good.certificate,
  };
  for (const [name, file] of Object.entries(copies)) files[name] = readFileSync(file, 'utf8');
  for (const [name, text] of Object.entries(files)) writeOwn(join(config, name), text, user);
  await startSecured(
    {
      ...{ name: 'Elasticsearch', home, command: join(distribution, 'bin/elasticsearch'), words: [] },
      env: { ES_JAVA_HOME: java.home, ES_PATH_CONF: config, ES_TMPDIR: temporary },
      isUp: () => healthy(port, certificates.authority),
      timeoutMs: 240_000,
    },
    context,
  );
  const tls = { key: join(config, 'http.key'), certificate: join(config, 'http.crt') };
  return { node: `https://localhost:${port}`, users, tls };
}

async function healthy(port: number, authority: string): Promise<true> {
  const login = { ca: readFileSync(authority), username: 'admin', password: 'admin-secret' };
  await askSecurely(`https://localhost:${port}/_cluster/health?wait_for_status=yellow`, login);
  return true;
}
