import { randomUUID } from 'node:crypto';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Registry } from '@reprise/read-model-indices';
import { silentLogger } from '@reprise/runtime';
import { eventually } from '@reprise/test-kit';
import type { Pool } from 'pg';
import type { ActionPlan } from '../contract/index.ts';
import type { JobStarter } from '../jobs/job-starter.ts';
import { localProcesses } from '../jobs/local-processes.ts';
import { ownRegistry } from '../testing/own-registry.ts';
import { Actions } from './actions.ts';

let pool: Pool;
let registry: Registry;
let folder: string;
/** Jobs that run until the file is there that their last word names, or the test is over. */
let processes: JobStarter;

beforeAll(async () => {
  ({ pool, registry, folder } = await ownRegistry());
  const program = join(folder, 'job.mjs');
  writeFileSync(
    program,
    `import { existsSync } from 'node:fs';
     import { setTimeout } from 'node:timers/promises';
     while (!existsSync(process.argv.at(-1)) && existsSync(import.meta.filename)) await setTimeout(10);`,
  );
  processes = localProcesses({ command: [process.execPath, program], env: process.env, directory: folder });
});

const consoleOf = (jobs: JobStarter) =>
  new Actions({ registry, jobs, approvalMs: 60_000, onChange: () => undefined, logger: silentLogger() });

const plan: ActionPlan = {
  request: { action: 'verify', projection: 'product_search', options: {} },
  ...{ environment: { name: 'test', production: false, version: '1' }, touches: null },
  ...{ willDo: [], atStake: [], warnings: [], commandLine: '', legal: true, refusal: null },
  ...{ needsApproval: false, confirmation: null },
};

/** What was asked for a while ago, by a console that died before it wrote more than that. */
async function entered(job?: object): Promise<string> {
  const id = randomUUID();
  await registry.requested.enter({
    ...{ id, action: 'verify', projection: 'product_search', request: plan.request },
    ...{ arguments: ['verify'], state: 'starting', requestedBy: 'key:ada' },
  });
  if (job) await registry.requested.change(id, ['starting'], { state: 'starting', job });
  await aged(id);
  return id;
}

const aged = (id: string) =>
  pool.query(
    `UPDATE registry.requested_actions SET requested_at = requested_at - interval '90 seconds' WHERE id = $1`,
    [id],
  );
const stateOf = async (id: string) => (await registry.requested.find(id))!.state;

describe('an action whose start was not written down', () => {
  it('is followed where its process lives or has ended, whoever started it', async () => {
    const until = join(folder, randomUUID());
    const id = randomUUID();
    const job = processes.place(id);
    await processes.start({ id, words: ['verify', until], actor: 'key:ada' });
    const action = await entered(job);
    const another = consoleOf(processes);
    await another.follow();
    await another.follow();
    expect(await stateOf(action)).toBe('running');
    writeFileSync(until, '');
    await eventually(async () => {
      await another.follow();
      expect(await stateOf(action)).toBe('done');
    });
  });

  it('is lost where there is no process of it, and says so, also in the audit', async () => {
    const ids = [await entered(), await entered(processes.place(randomUUID()))];
    await consoleOf(processes).follow();
    for (const id of ids) {
      expect(await registry.requested.find(id)).toMatchObject({
        state: 'lost',
        message: expect.stringContaining('No process of it is found'),
      });
      const attempts = await registry.audit.list({ limit: 10 });
      expect(attempts.find(({ attempt }) => attempt === id)).toMatchObject({ outcome: { exitCode: 137 } });
    }
  });

  it('waits where its process is of another machine, which alone can look at it', async () => {
    const id = await entered({ ...processes.place(randomUUID()), host: 'another' });
    await consoleOf(processes).follow();
    expect(await stateOf(id)).toBe('running');
  });
});

describe('an action that is being started', () => {
  it('is not called lost while this console starts it, however slow that is, and runs after that', async () => {
    const until = join(folder, randomUUID());
    let release!: () => void;
    const held = new Promise<void>((resolve) => (release = resolve));
    const slow = consoleOf({ ...processes, start: async (job) => (await held, processes.start(job)) });
    const asked = slow.ask(plan, ['verify', until], 'key:ada');
    const id = await eventuallyEntered();
    await aged(id);
    await slow.follow();
    expect(await stateOf(id)).toBe('starting');
    release();
    expect((await asked).state).toBe('running');
    writeFileSync(until, '');
    await eventually(async () => {
      await slow.follow();
      expect(await stateOf(id)).toBe('done');
    });
  });

  it('is not started any more where another console has given it up', async () => {
    const until = join(folder, randomUUID());
    const audit = Object.create(registry.audit) as Registry['audit'];
    const given = Object.assign(Object.create(registry) as Registry, { audit });
    audit.recordAttempt = async (attempt) => {
      await registry.audit.recordAttempt(attempt);
      await aged(attempt.attempt);
      await consoleOf(processes).follow();
    };
    const late = new Actions({
      ...{ registry: given, jobs: processes, approvalMs: 60_000, onChange: () => undefined },
      logger: silentLogger(),
    });
    const { id, state } = await late.ask(plan, ['verify', until], 'key:ada');
    expect(state).toBe('lost');
    expect(existsSync(join(folder, id))).toBe(false);
  });

  it('is given time by the clock of the registry, whatever this machine says', async () => {
    const id = randomUUID();
    await registry.requested.enter({
      ...{ id, action: 'verify', projection: null, request: plan.request },
      ...{ arguments: ['verify'], state: 'starting', requestedBy: 'key:ada' },
    });
    const { now } = Date;
    Date.now = () => now() + 3_600_000;
    try {
      await consoleOf(processes).follow();
    } finally {
      Date.now = now;
    }
    expect(await stateOf(id)).toBe('starting');
  });
});

async function eventuallyEntered(): Promise<string> {
  let id = '';
  await eventually(async () => {
    const open = (await registry.requested.open()).filter(({ state, job }) => state === 'starting' && job);
    expect(open).toHaveLength(1);
    id = open[0]!.id;
  });
  return id;
}
