import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { afterFile, spawnApp } from '@reprise/test-kit';
import { apps } from './processes/apps.ts';
import { ownerOf, settlePorts } from './processes/ports.ts';

async function run(
  file: string,
  args: readonly string[],
  env: Record<string, string | undefined> = {},
): Promise<{ readonly code: number | null; readonly said: string }> {
  const app = spawnApp(`tools/start/src/${file}`, { args, env });
  const { code } = await app.exit();
  return { code, said: app.output.map(({ text }) => text).join('\n') };
}

describe('npm start where a port is taken', () => {
  let port: number;
  /** A descriptor below that of the socket. */
  let below: number;

  beforeAll(async () => {
    below = openSync('/dev/null', 'r');
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    afterFile(() => void server.close());
    port = (server.address() as AddressInfo).port;
  });

  it('starts nothing, and names the port, who has it and the variable to set', async () => {
    // The usual ports may be taken too, by the applications of another clone.
    const free = Object.values(apps).map(({ variable }) => [variable, '0']);
    const { code, said } = await run('start.ts', [], {
      ...Object.fromEntries(free),
      SEARCH_API_PORT: String(port),
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

  it('names whoever has it, also where descriptors before its socket come and go', () => {
    // The lowest free descriptor is below that of the socket: listing the own ones takes it, and it is gone when it is looked at.
    closeSync(below);
    expect(ownerOf(port)).toBe(`${readFileSync('/proc/self/comm', 'utf8').trim()} (pid ${process.pid})`);
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
