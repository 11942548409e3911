import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startSecured, type SecuredContext } from './secured-server.ts';

describe('a secured server', () => {
  const home = mkdtempSync(join(tmpdir(), 'stack-secured-'));
  afterAll(() => rmSync(home, { recursive: true }));

  it('that ends is not waited for, and its end says what it printed', async () => {
    const context = { user: undefined, processes: [], signal: new AbortController().signal };
    const starting = startSecured(
      {
        ...{ name: 'Kafka', home, command: process.execPath, timeoutMs: 600_000 },
        words: ['-e', 'console.log("the port is taken"); process.exit(1)'],
        isUp: () => Promise.reject(new Error('nobody listens')),
      },
      context as unknown as SecuredContext,
    );
    await expect(starting).rejects.toThrow(/The secured Kafka ended.*\nthe port is taken/s);
  });
});
