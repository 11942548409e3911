import { randomUUID } from 'node:crypto';
import { existsSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Registry, RequestedAction, Run } from '@reprise/read-model-indices';
import { silentLogger } from '@reprise/runtime';
import { eventually } from '@reprise/test-kit';
import type { ActionName, ActionPlan } from '../contract/index.ts';
import type { JobHandle, JobStarter } from '../jobs/job-starter.ts';
import { kubernetesJobs } from '../jobs/kubernetes-jobs.ts';
import { localProcesses } from '../jobs/local-processes.ts';
import { littleCluster } from '../testing/little-cluster.ts';
import { ownRegistry } from '../testing/own-registry.ts';
import { Actions } from './actions.ts';

const projection = 'product_search';
let registry: Registry;
let folder: string;
let program: string;
let actions: Actions;

beforeAll(async () => {
  ({ registry, folder } = await ownRegistry());
  program = join(folder, 'job.mjs');
  // Says what stands in the file SCRIPT.stderr whenever there is one, and ends with what stands in SCRIPT.stdout.
  writeFileSync(
    program,
    `import { existsSync, readFileSync, rmSync, writeSync } from 'node:fs';
     import { setTimeout } from 'node:timers/promises';
     const script = process.argv.at(-1);
     const taken = (name) => {
       if (!existsSync(script + name)) return undefined;
       const text = readFileSync(script + name, 'utf8');
       rmSync(script + name);
       return text;
     };
     for (let end; end === undefined && existsSync(import.meta.filename); await setTimeout(10)) {
       writeSync(2, taken('.stderr') ?? '');
       end = taken('.stdout');
       if (end !== undefined) writeSync(1, end);
     }`,
  );
});

/** An action whose job says what it is given to say. */
async function begun(action: ActionName) {
  const script = join(folder, randomUUID());
  const plan: ActionPlan = {
    request: { action, projection, options: {} },
    ...{ environment: { name: 'test', production: false, version: '1' }, touches: null },
    ...{ willDo: [], atStake: [], warnings: [], commandLine: '', legal: true, refusal: null },
    ...{ needsApproval: false, confirmation: null },
  };
  const { id } = await actions.ask(plan, [action, script], 'key:ada');
  const find = async (): Promise<RequestedAction> => (await registry.requested.find(id))!;
  const give = (name: string, text: string) => {
    // In one piece: the job may look while it is written.
    writeFileSync(`${script}.part`, text);
    renameSync(`${script}.part`, `${script}.${name}`);
  };
  return {
    ...{ id, find },
    /** What it says is taken, and looked at. */
    says: async (text: string) => {
      give('stderr', text);
      await eventually(() => expect(existsSync(`${script}.stderr`)).toBe(false));
    },
    ended: async (document: object): Promise<RequestedAction> => {
      give('stdout', `${JSON.stringify(document, null, 2)}\n`);
      await eventually(async () => {
        await actions.follow();
        expect((await find()).endedAt).not.toBeNull();
      });
      return find();
    },
  };
}

const progress = (runId: string | null): string =>
  `${JSON.stringify({ projection, at: new Date().toISOString(), runId, step: 'build' })}\n`;
/** A run that began after every action did, as the registry has it. */
const runOf = (runId: string): Run =>
  ({ runId, projection, state: 'RUNNING', startedAt: new Date(Date.now() + 60_000) }) as Run;
const known = (action: Awaited<ReturnType<typeof begun>>, runIds: readonly string[]) =>
  eventually(async () => {
    await actions.follow();
    expect((await action.find()).runIds).toEqual(runIds);
  });

/** What runs jobs, and ends one from outside so that it leaves no exit code. */
interface Running {
  readonly jobs: JobStarter;
  readonly kill: (job: JobHandle) => void;
}

const asProcesses = (): Promise<Running> =>
  Promise.resolve({
    jobs: localProcesses({ command: [process.execPath, program], env: process.env, directory: folder }),
    kill: ({ pid }) => void process.kill(-Number(pid), 'SIGKILL'),
  });

async function inCluster(): Promise<Running> {
  const spec = { template: { spec: { containers: [{ name: 'rebuild', args: [program] }] } } };
  const cluster = await littleCluster({ rebuild: { spec: { jobTemplate: { spec } } } });
  const resources = ['cronjobs', 'jobs', 'pods', 'pods/log'];
  cluster.rules = [{ apiGroups: ['', 'batch'], resources, verbs: ['get', 'list', 'create'] }];
  return {
    jobs: kubernetesJobs({ ...cluster.access, template: 'rebuild' }),
    kill: ({ name }) => cluster.remove(String(name)),
  };
}

describe.each([
  ['a process', asProcesses],
  ['a Job of a cluster', inCluster],
])('the runs of an action that is %s', (_, running) => {
  let kill: Running['kill'];

  beforeAll(async () => {
    const { jobs, kill: own } = await running();
    actions = new Actions({
      registry,
      jobs,
      approvalMs: 60_000,
      onChange: () => undefined,
      logger: silentLogger(),
    });
    kill = own;
  });

  it('are those that its job names while it runs: one that nobody named is of no action, whatever runs', async () => {
    const [own, other] = [randomUUID(), randomUUID()];
    const rebuild = await begun('rebuild');
    await actions.follow();
    expect(await actions.ofRun(runOf(own))).toBeUndefined();
    await rebuild.says(progress(own));
    await known(rebuild, [own]);
    expect(await actions.ofRun(runOf(own))).toMatchObject({ id: rebuild.id, state: 'running', runId: own });
    expect(await actions.ofRun(runOf(other))).toBeUndefined();
    expect(await rebuild.ended({ runId: own, outcome: 'promoted' })).toMatchObject({ runIds: [own] });
  });

  it('stay known when what named them is cut off, and when its process is killed', async () => {
    const own = randomUUID();
    const rebuild = await begun('rebuild');
    await rebuild.says(progress(own));
    await known(rebuild, [own]);
    await rebuild.says(`${JSON.stringify({ projection, notice: 'x'.repeat(1_000) })}\n`.repeat(400));
    await rebuild.says('the last line\n');
    await eventually(async () => {
      await actions.follow();
      expect((await rebuild.find()).notices.at(-1)).toBe('the last line');
    });
    expect(await rebuild.find()).toMatchObject({ state: 'running', runIds: [own] });
    kill((await rebuild.find()).job as JobHandle);
    await eventually(async () => {
      await actions.follow();
      expect(await rebuild.find()).toMatchObject({ state: 'lost', runIds: [own] });
    });
    const [attempt] = (await registry.audit.list({ limit: 10 })).filter((one) => one.attempt === rebuild.id);
    expect(attempt!.outcome).toMatchObject({ exitCode: 137, runs: [own] });
  });

  it('are several where one took over from another, and each finds its action', async () => {
    const [first, second] = [randomUUID(), randomUUID()];
    const rebuild = await begun('rebuild');
    await rebuild.says(progress(first) + progress(first) + progress(second));
    await known(rebuild, [first, second]);
    expect(await actions.ofRun(runOf(first))).toMatchObject({ id: rebuild.id, runId: second });
    await rebuild.ended({ runId: second });
    expect(await actions.ofRun(runOf(first))).toMatchObject({ id: rebuild.id, runIds: [first, second] });
  });

  it('are none of a cancellation, which names the run of somebody else, and none of a plan', async () => {
    const run = randomUUID();
    const cancel = await begun('cancel');
    expect(await cancel.ended({ projection, runId: run, outcome: 'asked' })).toMatchObject({ runIds: [] });
    const [attempt] = (await registry.audit.list({ limit: 10 })).filter((one) => one.attempt === cancel.id);
    expect(attempt!.outcome).toMatchObject({ runs: [run] });
    const plan = await begun('plan');
    await plan.says(progress(null));
    expect(await plan.ended({ projection, verdict: 'would-promote' })).toMatchObject({ runIds: [] });
    expect(await actions.ofRun(runOf(run))).toBeUndefined();
  });
});
