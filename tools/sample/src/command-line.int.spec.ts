import { jest } from '@jest/globals';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { afterFile, freshDatabase, spawnApp } from '@reprise/test-kit';
import { ownerOf, settlePorts } from './processes/ports.ts';

jest.setTimeout(120_000);

interface Ended {
  readonly code: number | null;
  readonly said: string;
}

async function run(
  file: string,
  args: readonly string[],
  env: Record<string, string | undefined> = {},
): Promise<Ended> {
  const app = spawnApp(`tools/sample/src/${file}`, { args, env });
  const { code } = await app.exit(60_000);
  return { code, said: app.output.map(({ text }) => text).join('\n') };
}

describe('npm run migrate, then npm run sample -- --direct', () => {
  it('makes the tables, fills them, and refuses the same catalogue a second time', async () => {
    const { url } = await freshDatabase('write');
    const env = { WRITE_DATABASE_URL: url };
    const catalogue = ['--products', '20', '--events', '60', '--direct'];
    const migrated = await run('migrate.ts', ['--write'], env);
    expect(migrated).toMatchObject({
      code: 0,
      said: expect.stringContaining('Applied to the write database') as string,
    });
    const written = await run('main.ts', catalogue, env);
    expect(written).toMatchObject({
      code: 0,
      said: expect.stringContaining('Wrote 60 events of 20 products') as string,
    });
    const again = await run('main.ts', catalogue, env);
    expect(again).toMatchObject({
      code: 2,
      said: expect.stringContaining('Choose another --seed') as string,
    });
  });
});

describe('without servers', () => {
  it.each<[string, string, number, string, string[], Record<string, string>]>([
    [
      'sample',
      'main.ts',
      4,
      'Kafka failed at 127.0.0.1:1',
      ['--kafka', 'a'],
      { KAFKA_BROKERS: '127.0.0.1:1' },
    ],
    ['sample', 'main.ts', 1, 'WRITE_DATABASE_URL', ['--direct'], { WRITE_DATABASE_URL: 'mysql://x' }],
    [
      'migrate',
      'migrate.ts',
      4,
      'was not migrated',
      ['--write'],
      { WRITE_DATABASE_URL: 'postgres://a:b@127.0.0.1:1/c' },
    ],
    [
      'prepare',
      'prepare.ts',
      0,
      'nothing is started, migrated or filled',
      [],
      { KAFKA_BROKERS: '127.0.0.1:1' },
    ],
  ])('%s (%s) ends with %d and says: %s', async (_name, file, code, said, args, env) => {
    const ended = await run(file, args, env);
    expect(ended.said).toContain(said);
    expect(ended.code).toBe(code);
  });
});

describe('npm start where a port is taken', () => {
  let port: number;

  beforeAll(async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    afterFile(() => void server.close());
    port = (server.address() as AddressInfo).port;
  });

  it('starts nothing, and names the port, who has it and the variable to set', async () => {
    const { code, said } = await run('start.ts', [], {
      SEARCH_API_PORT: String(port),
      PRODUCT_API_PORT: '0',
      OUTBOX_RELAY_PORT: '0',
      PROJECTION_CONSUMER_PORT: '0',
    });
    const by = ownerOf(port) ?? 'another process';
    expect({ code, said }).toEqual({
      code: 1,
      said: [
        'Nothing was started:',
        `  - search-api: port ${port} is taken by ${by}. Stop that, or set SEARCH_API_PORT to a free port (0: any).`,
      ].join('\n'),
    });
    if (process.platform === 'linux') expect(by).toContain(`(pid ${process.pid})`);
  });

  it('takes a free one on the embedded servers, and says so, unless the port was chosen', async () => {
    const lines: string[] = [];
    const options = {
      replaceTaken: true,
      print: (line: string) => void lines.push(line),
      usual: { 'search-api': port },
    };
    expect(await settlePorts(['search-api'], {}, options)).toEqual({ SEARCH_API_PORT: '0' });
    expect(lines).toEqual([
      expect.stringMatching(`^port ${port} is taken by .*: search-api takes a free one.$`),
    ]);
    await expect(settlePorts(['search-api'], { SEARCH_API_PORT: String(port) }, options)).rejects.toThrow(
      'set SEARCH_API_PORT',
    );
  });
});
