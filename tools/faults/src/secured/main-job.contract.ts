import { eventually, spawnApp } from '@reprise/test-kit';
import { asUser, textOf, type Env, type SecuredPlatform } from '../testing/secured-platform.ts';
import type { Services } from './services.ts';

/** The whole main job, of every process, with what the page on rights lists and nothing else. */
export function documentedRightsAreEnough(platform: () => SecuredPlatform, services: () => Services): void {
  it('the documented rights are enough for every service and every verb, with TLS and logins everywhere', async () => {
    const { publish, find } = services();
    const id = await publish();
    await eventually(async () => expect(await find(id)).toBe(200));
    const expectDone = async (verb: string, more: Env = {}) => {
      const env = { ...platform().environment['rebuild-job'], ...more };
      const run = spawnApp('apps/rebuild-job/src/main.ts', { args: verb.split(' '), env });
      expect([verb, (await run.exit(180_000)).code, textOf(run)]).toEqual([verb, 0, expect.any(String)]);
    };
    await expectDone('rebuild --projection all');
    // These only look, so they do it together.
    await Promise.all([
      expectDone('verify --projection all'),
      expectDone('verify --projection product_search', asUser('verifier')),
      expectDone('status'),
      expectDone('dlq list'),
    ]);
    await expectDone('rollback --projection product_search');
    await expectDone('prune --projection all');
  }, 600_000);
}
