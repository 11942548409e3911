import { join } from 'node:path';
import type { AccessConfiguration } from '@reprise/access';
import { workspaceRoot } from '../workspace-root.ts';

/*
 * Two keys that only applications of tests accept: `access-keys.json` beside this file holds their hashes.
 */
const key = `rp_test_00000000000000aa_${'a'.repeat(64)}`;
const weakKey = `rp_test_00000000000000bb_${'b'.repeat(64)}`;

/** Lets an application of a test know the keys. */
export const testAccessEnv = {
  ACCESS_KEYS_FILE: join(workspaceRoot, 'libs/test-kit/src/access/access-keys.json'),
} as const;

/** The same for an application in the process of the test. */
export const testAccess: Extract<AccessConfiguration, { kind: 'closed' }> = {
  kind: 'closed',
  keysFile: testAccessEnv.ACCESS_KEYS_FILE,
  tokens: undefined,
  anonymous: [],
};

/** As whoever may do everything. */
export const testCredential = { authorization: `Bearer ${key}` } as const;

/** As somebody who is known and may do nothing. */
export const weakCredential = { authorization: `Bearer ${weakKey}` } as const;

/** The same key for programs that send it themselves. */
export const testKeyEnv = { REPRISE_API_KEY: key } as const;

/** What a process reports about itself. */
export async function metricsOf(origin: string): Promise<string> {
  const answer = await fetch(`${origin}/metrics`, { headers: testCredential });
  if (!answer.ok) throw new Error(`${origin}/metrics answers ${answer.status}: ${await answer.text()}`);
  return answer.text();
}
