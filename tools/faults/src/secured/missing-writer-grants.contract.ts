import { connectionFaults } from '@reprise/runtime/connections';
import type { SecuredPlatform } from '../testing/secured-platform.ts';
import {
  isOfBackground,
  refusalOf,
  runningGrants,
  writerWithoutRights,
  type WriterWithoutRights,
} from '../testing/writers-without-rights.ts';
import { writers } from '../testing/writers.ts';

const { words } = connectionFaults['no-rights'];
const refusedFor = (why: string) => new RegExp(`Postgres at \\S+ ${words} \\(${why}\\)`);

/**
 * For each right that the page lists for a process that takes commands: without it, what needs it is refused, and the right is named. All
 * begin when the file's other tests of the write side do, of which most is waiting.
 */
export function eachGrantOfWritersIsNeeded(platform: () => SecuredPlatform): void {
  const running = new Map<string, Promise<WriterWithoutRights>>();
  const ends: (() => Promise<unknown>)[] = [];

  beforeAll(() => {
    for (const writer of writers) {
      const run = writerWithoutRights(writer, platform(), (end) => ends.push(end));
      run.catch(() => undefined);
      running.set(writer.process, run);
    }
  });
  afterAll(async () => {
    for (const end of ends.toReversed()) await end();
  });

  describe.each(writers)('$process', (writer) => {
    it('says at its start which rights are missing, and does not start without the one on its migrations', async () => {
      const { started, refused } = await running.get(writer.process)!;
      expect(started).toContain('permission denied for table idempotency_keys');
      expect([refused.code, refused.text]).toEqual([
        1,
        expect.stringMatching(refusedFor('permission denied for table write_migrations')),
      ]);
    }, 200_000);

    it.each(runningGrants(writer))(
      'is refused without $privilege on $table',
      async (grant) => {
        const { without } = await running.get(writer.process)!;
        const [, found] = [...without].find(
          ([{ table, privilege }]) => table === grant.table && privilege === grant.privilege,
        )!;
        const { text, answered, afterwards } = await found;
        expect(text).toMatch(refusedFor(refusalOf(grant)));
        if (!isOfBackground(grant)) expect(answered).toBeGreaterThanOrEqual(500);
        expect(afterwards).toBe(200);
      },
      60_000,
    );
  });
}
