import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  afterFile,
  elasticsearch,
  eventually,
  freshDatabase,
  freshName,
  freshTopic,
  Shell,
  spawnApp,
  testCredential,
  testEndpoints,
  testKeyEnv,
  type FreshTopic,
  type Ran,
  type SpawnedApp,
} from '@reprise/test-kit';
import { workspace } from '../chart-files.ts';

const ports = {
  'product-api': 3000,
  'search-api': 3001,
  'outbox-relay': 3002,
  'projection-consumer': 3003,
} as const;
export type Application = keyof typeof ports;
export const applications = Object.keys(ports) as Application[];

/** The platform with one context, a few products, and a shell as somebody on call has it. */
export class Platform {
  /** What all processes are started with. */
  env: Readonly<Record<string, string>> = {};
  topic!: FreshTopic;
  /** Products so far, all of them published. */
  written = 0;
  alias = freshName('test_search');
  #folder = mkdtempSync(join(tmpdir(), 'runbook-'));
  readonly #apps = new Map<Application, SpawnedApp>();
  readonly #origins = new Map<Application, string>();

  async start(): Promise<void> {
    afterFile(async () => {
      const { indices } = elasticsearch();
      for (const name of this.#generations) await indices.delete({ index: name, ignore_unavailable: true });
      rmSync(this.#folder, { recursive: true });
    });
    const [write, read] = [await freshDatabase('write'), await freshDatabase('read')];
    this.topic = await freshTopic({ partitions: 2 });
    const owners = { WRITE_DATABASE_OWNER_URL: write.url, READ_MODEL_DATABASE_OWNER_URL: read.url };
    this.env = {
      ...owners,
      WRITE_DATABASE_URL: write.productApiUrl,
      OUTBOX_DATABASE_URL: write.relayUrl,
      EVENT_STORE_DATABASE_URL: write.eventStoreUrl,
      READ_MODEL_DATABASE_URL: read.feederUrl,
      PRODUCT_EVENTS_TOPIC: this.topic.name,
      DEAD_LETTER_TOPIC: (await freshTopic()).name,
      SEARCH_ALIAS: this.alias,
      REPRISE_CONTEXTS: 'product',
      ...Object.fromEntries(
        applications.map((name) => [`${name.toUpperCase().replaceAll('-', '_')}_PORT`, '0']),
      ),
    };
    const { code } = await spawnApp('apps/migrate/src/main.ts', { env: this.env }).exit(120_000);
    if (code !== 0) throw new Error(`migrate ended with ${code}`);
    this.#writeCommands();
    await Promise.all(
      (['product-api', 'outbox-relay', 'projection-consumer'] as const).map((name) => this.run(name)),
    );
    for (const title of ['Desk lamp', 'Kettle', 'Tent']) await this.writeProduct(title);
    await this.run('search-api');
  }

  /** Waits until readers are served all there is, unless nothing has happened since the last time. */
  async settle(): Promise<void> {
    for (const name of applications) await this.run(name);
    if (this.#settled) return;
    await this.until('./reprise status --check', ({ code }) => code === 0);
    this.#settled = true;
  }
  #settled = false;

  /** Says that something was broken. */
  unsettle(): void {
    this.#settled = false;
  }

  /** Starts an application, or does nothing where it is running, and waits until it is ready. */
  async run(name: Application): Promise<void> {
    if (this.#apps.has(name)) return;
    const app = spawnApp(`apps/${name}/src/main.ts`, { env: this.env });
    this.#apps.set(name, app);
    const { origin } = await app.ready();
    this.#origins.set(name, origin);
  }

  async stop(name: Application): Promise<void> {
    await this.#apps.get(name)?.kill();
    this.#apps.delete(name);
    this.unsettle();
  }

  originOf(name: Application): string {
    return this.#origins.get(name)!;
  }

  async writeProduct(title: string): Promise<string> {
    const product = {
      ...{ title, description: '', categoryId: 'home', tags: [] },
      ...{ priceMinor: 100, currency: 'EUR', stock: 1 },
    };
    const post = async (path: string, body: object, headers: object) => {
      const answer = await fetch(`${this.originOf('product-api')}${path}`, {
        method: 'POST',
        headers: { ...testCredential, 'content-type': 'application/json', ...headers },
        body: JSON.stringify(body),
      });
      if (!answer.ok) throw new Error(`${path} answers ${answer.status}: ${await answer.text()}`);
      return (await answer.json()) as { id: string };
    };
    const { id } = await post('/v1/products', product, {});
    await post(`/v1/products/${id}/publish`, {}, { 'if-match': '"1"' });
    this.written += 1;
    return id;
  }

  /** Runs a line of the runbook. @param env what is different for it */
  async type(line: string, env: Readonly<Record<string, string>> = {}): Promise<Ran> {
    const here = line
      .replace(/\blocalhost:(300\d)/g, (_, port: string) => {
        const name = applications.find((one) => ports[one] === Number(port))!;
        return new URL(this.originOf(name)).host;
      })
      .replace(/^npm run -s access --/, './access');
    const own = { ...testKeyEnv, REPRISE_CONFIG: `${workspace}reprise.config.ts` };
    return new Shell(this.#folder, { ...testEndpoints().env, ...this.env, ...own, ...env }).run(here);
  }

  /** Indices that readers are on. */
  async readers(): Promise<string[]> {
    const found = await elasticsearch().indices.getAlias({ name: this.alias }, { ignore: [404] });
    const names = Object.values(found).every((one) => typeof one === 'object') ? Object.keys(found) : [];
    for (const name of names) this.#generations.add(name);
    return names;
  }
  readonly #generations = new Set<string>();

  /** Waits until what the shell says holds. */
  async until(line: string, holds: (said: Ran) => boolean): Promise<void> {
    await eventually(async () => {
      const said = await this.type(line);
      if (!holds(said)) throw new Error(`${line} says:\n${said.stdout}${said.stderr}`);
    });
  }

  /** `./reprise` and `./access`, as they ship where applications are tested so, else as in a clone. */
  #writeCommands(): void {
    const node = process.execPath;
    const sources = `--conditions=@reprise/source --import ${workspace}tools/dev.mjs`;
    const built = process.env['REPRISE_APPS'] === 'build';
    for (const [command, app] of [
      ['reprise', 'rebuild-job'],
      ['access', 'access'],
    ] as const) {
      const main = built
        ? `${workspace}apps/${app}/dist/main.js`
        : `${sources} ${workspace}apps/${app}/src/main.ts`;
      const file = join(this.#folder, command);
      writeFileSync(file, `#!/bin/sh\nexec ${node} ${main} "$@"\n`);
      chmodSync(file, 0o755);
    }
  }
}
