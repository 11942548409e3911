import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readConsoleSettings, type ConsoleSettings } from './console-settings.ts';

const database = 'postgres://a:b@127.0.0.1:1/c';
const needed = {
  ...{ KAFKA_BROKERS: '127.0.0.1:9092', ELASTICSEARCH_NODE: 'http://127.0.0.1:9200' },
  ...{ READ_MODEL_DATABASE_URL: database, AUTH: 'none' },
};
const oidc = {
  ...{ CONSOLE_URL: 'https://operations.example.com', CONSOLE_OIDC_CLIENT_ID: 'reprise-console' },
  CONSOLE_OIDC_ISSUER: 'https://login.example.com',
};
const cluster = {
  ...{ CONSOLE_JOBS: 'kubernetes', CONSOLE_JOBS_TEMPLATE: 'reprise-rebuild' },
  ...{ KUBERNETES_SERVICE_HOST: '10.96.0.1', KUBERNETES_SERVICE_PORT: '443' },
};

const read = (env: Record<string, string>): Promise<ConsoleSettings> =>
  readConsoleSettings({ ...needed, ...env }, [], () => undefined);

/** The rows of the page's table: name and default. */
const documented = new Map(
  [
    ...readFileSync(join(import.meta.dirname, '../../../docs/reference/operations-api.md'), 'utf8').matchAll(
      /^\| `(CONSOLE_[A-Z_]+)` +\| +(.*?) +\|/gm,
    ),
  ].map(([, name, fallback]) => [name!, fallback!.replaceAll('`', '')]),
);

describe('the settings of the console', () => {
  it('are those that its page lists', async () => {
    const asked = new Set<string>();
    const env = new Proxy<NodeJS.ProcessEnv>(
      { ...needed, ...oidc, ...cluster },
      { get: (target, name) => (asked.add(String(name)), target[String(name)]) },
    );
    await readConsoleSettings(env, [], () => undefined);
    const own = [...asked].filter((name) => name.startsWith('CONSOLE_')).sort();
    expect([...documented.keys()].sort()).toEqual(own);
  });

  it('have the defaults that it says', async () => {
    const meaning = ({ env: _, ...settings }: ConsoleSettings) => settings;
    const given = [...documented].filter(([, fallback]) =>
      /^(?:\d+|true|false|\/?[a-z]+|openid profile|roles)$/.test(fallback),
    );
    expect(given.length).toBeGreaterThan(10);
    expect(meaning(await read({ ...oidc, ...Object.fromEntries(given) }))).toEqual(meaning(await read(oidc)));
    for (const [name, fallback] of given.filter(([, text]) => /^\d+$/.test(text)))
      expect(meaning(await read({ [name]: String(Number(fallback) + 1) }))).not.toEqual(
        meaning(await read({})),
      );
  });

  it('know the API server by what every pod is given', async () => {
    expect((await read(cluster)).cluster).toEqual({
      server: new URL('https://10.96.0.1:443'),
      ...{ account: '/var/run/secrets/kubernetes.io/serviceaccount', template: 'reprise-rebuild' },
    });
    const v6 = await read({
      ...cluster,
      KUBERNETES_SERVICE_HOST: 'fd00::1',
      KUBERNETES_SERVICE_PORT: '6443',
    });
    expect(v6.cluster?.server.href).toBe('https://[fd00::1]:6443/');
  });

  it.each<[Record<string, string>, RegExp]>([
    [{ CONSOLE_JOBS: 'docker' }, /CONSOLE_JOBS must be one of process, kubernetes/],
    [{ CONSOLE_JOBS: 'kubernetes' }, /CONSOLE_JOBS_TEMPLATE is not set/],
    [
      { ...cluster, CONSOLE_JOBS_TEMPLATE: '../secrets' },
      /CONSOLE_JOBS_TEMPLATE must be the name of a CronJob/,
    ],
    [{ ...cluster, KUBERNETES_SERVICE_HOST: '' }, /works in a pod of a cluster: KUBERNETES_SERVICE_HOST/],
    [{ ...oidc, CONSOLE_URL: '' }, /CONSOLE_URL is not set: the provider sends browsers back to it/],
    [{ ...oidc, CONSOLE_OIDC_CLIENT_ID: '' }, /CONSOLE_OIDC_CLIENT_ID is not set/],
    [{ ...oidc, CONSOLE_OIDC_ISSUER: '' }, /CONSOLE_OIDC_ISSUER is not set/],
    [{ ...oidc, CONSOLE_OIDC_ISSUER: 'http://login.example.com' }, /CONSOLE_OIDC_ISSUER must be an https:/],
    [{ ...oidc, CONSOLE_OIDC_SCOPE: 'profile' }, /CONSOLE_OIDC_SCOPE must contain openid/],
    [{ ...oidc, CONSOLE_OIDC_ROLES: 'platform=root' }, /CONSOLE_OIDC_ROLES must list VALUE=ROLE/],
    [{ ...oidc, CONSOLE_OIDC_ROLES: 'admin' }, /CONSOLE_OIDC_ROLES must list VALUE=ROLE/],
  ])('are refused by name: %j', async (env, problem) => {
    await expect(read(env)).rejects.toThrow(problem);
  });
});
