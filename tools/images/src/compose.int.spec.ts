import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { spawnApp, testEndpoints } from '@reprise/test-kit';
import { parse } from 'yaml';

interface Service {
  readonly image: string;
  readonly profiles?: readonly string[];
  readonly command?: readonly string[];
  readonly entrypoint?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly ports?: readonly string[];
  readonly volumes?: readonly string[];
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
  readonly [option: string]: unknown;
}

const folder = join(import.meta.dirname, '../../../docker');
const file = parse(readFileSync(join(folder, 'compose.yaml'), 'utf8'), { merge: true, strict: true }) as {
  readonly services: Readonly<Record<string, Service>>;
  readonly volumes: Readonly<Record<string, unknown>>;
};
const services = Object.entries(file.services);
const applications = services.filter(([, { profiles }]) => profiles !== undefined);

describe('the Compose file', () => {
  it('starts every application of the image with its profile, and the commands only when they are asked for', () => {
    const inProfile = (name: string): string[] =>
      services.flatMap(([service, { profiles = ['servers'] }]) => (profiles.includes(name) ? [service] : []));
    const commands = ['access', 'rebuild-job'];
    const started = readdirSync(join(folder, '../apps')).filter((name) => !commands.includes(name));
    expect(inProfile('apps').toSorted()).toEqual(started.toSorted());
    expect(inProfile('job')).toEqual(commands);
    expect(inProfile('servers')).toEqual(['postgres', 'kafka', 'topics', 'elasticsearch']);
  });

  it.each(applications)('confines %s, and runs it from the image', (name, service) => {
    expect(service).toMatchObject({
      image: '${REPRISE_IMAGE:-reprise}',
      build: { context: '..', dockerfile: 'docker/Containerfile' },
      read_only: true,
      cap_drop: ['ALL'],
      security_opt: ['no-new-privileges:true'],
      // The jobs that the console starts run beside it.
      mem_limit: name === 'console' ? '1g' : '512m',
    });
    expect([service.command, service.entrypoint].flat()).toContain(`apps/${name}/dist/main.js`);
    const named = Object.keys(service.depends_on ?? {});
    expect(Object.keys(file.services)).toEqual(expect.arrayContaining(named));
  });

  it.each(applications)('has %s name commands that work here', (_, { environment }) => {
    expect(environment).toMatchObject({
      REPRISE_PROGRAM: 'docker compose -f docker/compose.yaml run --rm rebuild-job',
    });
  });

  it('publishes ports on the loopback address only, and mounts what is there', () => {
    const ports = services.flatMap(([, { ports: published = [] }]) => published);
    expect(ports.length).toBeGreaterThan(0);
    expect(ports.filter((port) => !port.startsWith('127.0.0.1:'))).toEqual([]);
    const sources = services.flatMap(([, { volumes = [] }]) =>
      volumes.map((volume) => volume.split(':')[0]!),
    );
    const named = sources.filter((source) => !source.startsWith('.'));
    expect([...new Set(named)].sort()).toEqual(Object.keys(file.volumes).sort());
  });

  it('names each database with a role that may log in, and its password', () => {
    const roles = readFileSync(join(folder, 'postgres/roles.sql'), 'utf8');
    const urls = applications.flatMap(([, { environment = {} }]) =>
      Object.values(environment).filter((value) => value.startsWith('postgres://')),
    );
    expect(urls.length).toBeGreaterThan(8);
    for (const url of urls) {
      const { username, password, hostname, pathname } = new URL(url);
      expect(roles).toContain(`CREATE ROLE ${username} LOGIN PASSWORD '${password}'`);
      expect(roles).toContain(`CREATE DATABASE ${pathname.slice(1)} OWNER`);
      expect(hostname).toBe('postgres');
    }
  });
});

/** Where no server listens; an application that lacks a setting ends with 1 before it tries. */
const away = (value: string): string =>
  value.replace(/\b(postgres:5432|kafka:19092|elasticsearch:9200)\b/, '127.0.0.1:1');

describe('an application in the Compose file', () => {
  const start = (name: string, args: readonly string[] = []) => {
    const { environment = {} } = file.services[name]!;
    const given = Object.entries(environment).map(([variable, value]) => [variable, away(value)]);
    const others = Object.keys(testEndpoints().env).map((variable) => [variable, undefined]);
    const ports = [
      'PRODUCT_API',
      'RECRUITING_API',
      'SEARCH_API',
      'OUTBOX_RELAY',
      'PROJECTION_CONSUMER',
      'CONSOLE',
    ];
    const env = Object.fromEntries([...others, ...given, ...ports.map((port) => [`${port}_PORT`, '0'])]);
    return spawnApp(`apps/${name}/src/main.ts`, { args, env: { ...env, HTTP_HOST: '127.0.0.1' } });
  };

  it.each(applications.flatMap(([name, { healthcheck }]) => (healthcheck ? [name] : [])))(
    'is given all its settings: %s',
    async (name) => {
      const app = start(name);
      await app.logged({ msg: 'listening' });
      await app.kill();
    },
  );

  it.each([
    ['migrate', []],
    ['rebuild-job', ['verify', '--projection', 'all']],
  ])('is given all its settings: %s, which ends with 4', async (name, args) => {
    const app = start(name, args);
    expect([(await app.exit()).code, app.output.map(({ text }) => text).join('\n')]).toEqual([
      4,
      expect.not.stringContaining('is not set'),
    ]);
  });
});
