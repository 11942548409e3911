import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { spawnApp, testKeyEnv } from '@reprise/test-kit';
import { consoleFixture, type ConsoleFixture, type StartedConsole } from '../testing/console-fixture.ts';

let fixture: ConsoleFixture;
let server: StartedConsole;

/** The command line of somebody who reaches the console alone: no server, no file that lists contexts. */
async function fromAfar(words: readonly string[], env: Record<string, string> = testKeyEnv) {
  const nowhere = 'postgres://nobody:nothing@127.0.0.1:9/none';
  const app = spawnApp('apps/rebuild-job/src/main.ts', {
    args: ['status', ...words, '--console', server.origin],
    env: {
      ...{ READ_MODEL_DATABASE_URL: nowhere, EVENT_STORE_DATABASE_URL: nowhere, REPRISE_API_KEY: '' },
      ...{ KAFKA_BROKERS: '127.0.0.1:9', ELASTICSEARCH_NODE: 'http://127.0.0.1:9' },
      REPRISE_CONFIG: join(mkdtempSync(join(tmpdir(), 'reprise-afar-')), 'reprise.config.ts'),
      ...env,
    },
  });
  const { code } = await app.exit();
  const stderr = app.output.flatMap(({ stream, text }) => (stream === 'stderr' ? [text] : [])).join('\n');
  return { code, stdout: app.stdout(), stderr };
}

/** Without what changes from one look to the next. */
const still = (text: string) =>
  JSON.parse(text, (name, value) => (/seconds$/i.test(name) ? undefined : (value as unknown))) as object[];

beforeAll(async () => {
  fixture = await consoleFixture();
  await fixture.job('rebuild', '--projection', 'product_search');
  server = await fixture.start();
});

describe('status --console', () => {
  it('says what status says that asks the servers themselves', async () => {
    const direct = await fixture.job('status', '--json');
    const { code, stdout } = await fromAfar(['--json']);
    expect(code).toBe(0);
    expect(still(stdout)).toEqual(still(direct));
    expect(still(stdout)).toHaveLength(3);
    const text = await fromAfar(['--projection', 'product_search', '--context', 'product']);
    expect(text.stdout).toMatch(/^product_search: COMPLETE, BUT NOT FED/);
    expect(text.stdout).not.toContain('product_summary');
  });

  it('judges as --check does there, with the limit of the caller', async () => {
    expect((await fromAfar(['--check'])).code).toBe(2);
    const { body } = await server.ask<{ contexts: unknown }>('/ops/v1/status?maxLag=0');
    expect(body).toMatchObject({ contexts: [{ context: 'product' }] });
    expect((await server.ask('/ops/v1/status?maxLag=-1')).status).toBe(400);
  });

  it('says that it needs another key, with 1', async () => {
    const none = await fromAfar([], {});
    expect(none).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining('401') });
    expect(none.stderr).toContain('REPRISE_API_KEY');
  });

  it('says which server the console cannot reach, with 4', async () => {
    const whole = server;
    server = await fixture.start({ READ_MODEL_DATABASE_URL: 'postgres://nobody@127.0.0.1:9/none' });
    const { code, stderr } = await fromAfar([]);
    server = whole;
    expect({ code, stderr }).toMatchObject({ code: 4, stderr: expect.stringContaining('503') });
    expect(stderr).toContain('READ_MODEL_DATABASE_URL');
  });
});
