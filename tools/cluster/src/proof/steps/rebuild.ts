import { until } from '../cluster.ts';
import { record, watchPods } from '../figures.ts';
import { completed, createChangedJob, createJob, ended } from '../jobs.ts';
import { ensure, secondsSince, type Step } from '../world.ts';
import { writeAndFind } from './install.ts';

const main = 'apps/rebuild-job/dist/main.js';

export const fromTemplate: Step = {
  name: 'rebuild',
  title: 'A Job made from the CronJob rebuilds everything and moves readers',
  async prove({ cluster, figures }): Promise<string> {
    await createJob(cluster, 'rebuild-1', 'rebuild');
    const start = performance.now();
    record(figures, 'load', await watchPods(cluster, completed(cluster, 'rebuild-1')));
    const log = await cluster.logsOf('rebuild-1');
    const promoted = [...log.matchAll(/^(\w+): promoted$/gm)].map(([, name]) => name);
    ensure(promoted.length === 5, `not every read model was promoted:\n${log}`);
    return `${promoted.length} read models promoted, ${secondsSince(start)} s`;
  },
};

export const shards: Step = {
  name: 'shards',
  title: 'Three shards of an Indexed Job build one generation, though one is killed on the way',
  async prove(world): Promise<string> {
    const { cluster } = world;
    await writeAndFind(world, 100);
    const shard = [
      'rebuild',
      '--projection',
      'product_search',
      '--memory',
      '512mb',
      '--work-directory',
      '/work',
    ];
    // So slow that there is time to kill one; each shard has its own limit.
    const args = [main, ...shard, '--max-events-per-second', '60'];
    await createChangedJob(cluster, { name: 'shards-1', template: 'rebuild-shards', args });
    const victim = await until('a shard that builds', async () => {
      const pods = await cluster.list('pods', 'job-name=shards-1,batch.kubernetes.io/job-completion-index=1');
      const name = pods.find(({ status }) => status?.['phase'] === 'Running')?.metadata.name;
      if (name === undefined) return undefined;
      return (await cluster.kubectl('logs', name)).includes('%') ? name : undefined;
    });
    await cluster.kubectl('exec', victim, '--', 'node', '--eval', killApplication).catch(() => undefined);
    const { failedPods } = await completed(cluster, 'shards-1', 600);
    ensure(failedPods === 1, `${failedPods} pods failed, and one was killed`);
    const log = await cluster.logsOf('shards-1');
    ensure(/^product_search: promoted$/m.test(log), `readers were not moved:\n${log}`);
    return `${victim} killed, its successor finished, promoted once`;
  },
};

/** Kills the process that the init of the pod runs, as a machine that has run out of memory does. */
const killApplication = `
  const { readdirSync, readFileSync } = require('node:fs');
  for (const pid of readdirSync('/proc').filter(Number)) {
    if (pid !== String(process.pid) && readFileSync('/proc/' + pid + '/cmdline', 'utf8').startsWith('node')) process.kill(pid, 'SIGKILL');
  }`;

/** Documented exit codes, and whether a Job tries again after them. 137 is a process that was killed. */
const tried: Readonly<Record<number, boolean>> = {
  1: false,
  2: false,
  3: false,
  4: true,
  5: false,
  130: true,
  137: true,
  143: true,
};

export const exitCodes: Step = {
  name: 'exit-codes',
  title: 'Each exit code fails the Job at once or is tried again, as documented',
  async prove({ cluster }): Promise<string> {
    const results = await Promise.all(
      Object.entries(tried).map(async ([code, again]) => {
        const name = `exit-${code}`;
        const args = ['--eval', `process.exit(${code})`];
        await createChangedJob(cluster, { name, template: 'rebuild', args, tries: 1 });
        const { outcome, reason, failedPods } = await ended(cluster, name);
        const expected = again ? 'BackoffLimitExceeded after 2 pods' : 'PodFailurePolicy after 1 pods';
        const seen = `${reason} after ${failedPods} pods`;
        ensure(outcome === 'Failed' && seen === expected, `exit ${code}: ${seen}, not ${expected}`);
        return code;
      }),
    );
    const first = await endOf('usage', [main, 'rebuild', '--projection', 'nothing']);
    const second = await endOf('unknown-id', [
      main,
      'rebuild',
      '--projection',
      'product_search',
      '--aggregate-id',
      'nobody',
    ]);
    return `${results.join(', ')}; the job's own ends: a mistake ${first}, an unknown id ${second}`;

    async function endOf(name: string, args: readonly string[]): Promise<string> {
      await createChangedJob(cluster, { name: `exit-${name}`, template: 'rebuild', args });
      const { reason } = await ended(cluster, `exit-${name}`);
      ensure(reason === 'PodFailurePolicy', `${name}: ${reason}`);
      return reason;
    }
  },
};
