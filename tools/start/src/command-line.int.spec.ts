import { jest } from '@jest/globals';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { afterFile, freshDatabase, spawnApp } from '@reprise/test-kit';
import { ownerOf, settlePorts } from './processes/ports.ts';

jest.setTimeout(120_000);

async function run(
  file: string,
  args: readonly string[],
  env: Record<string, string | undefined> = {},
): Promise<{ readonly code: number | null; readonly said: string }> {
  const app = spawnApp(`tools/start/src/${file}`, { args, env });
  const { code } = await app.exit(60_000);
  return { code, said: app.output.map(({ text }) => text).join('\n') };
}

describe('npm run migrate', () => {
  it('ends with 4 without its server, and says that nothing was migrated', async () => {
    const { code, said } = await run('migrate.ts', ['--write'], {
      WRITE_DATABASE_URL: 'postgres://a:b@127.0.0.1:1/c',
    });
    expect(said).toContain('was not migrated');
    expect(code).toBe(4);
  });
});

describe('npm run migrate where recruiting is in use', () => {
  it('migrates its write database too, and only there', async () => {
    const [write, recruiting] = [await freshDatabase('write'), await freshDatabase('write')];
    const alone = await run('migrate.ts', ['--write'], { WRITE_DATABASE_URL: write.url });
    expect(alone.said).not.toContain('recruiting');
    const { code, said } = await run('migrate.ts', ['--write'], {
      WRITE_DATABASE_URL: write.url,
      RECRUITING_WRITE_DATABASE_OWNER_URL: recruiting.url,
    });
    expect(said).toContain('The write database is current.\nApplied to the recruiting write database: ');
    expect(said).toContain('CreateLeads');
    expect([alone.code, code]).toEqual([0, 0]);
  });

  it('refuses a setting of it that is none, after the write database was migrated', async () => {
    const write = await freshDatabase('write');
    const { code, said } = await run('migrate.ts', ['--write'], {
      WRITE_DATABASE_URL: write.url,
      RECRUITING_WRITE_DATABASE_URL: 'mysql://x',
    });
    expect(said).toContain('RECRUITING_WRITE_DATABASE_URL must be a URL that begins with postgres://');
    expect(code).toBe(1);
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
