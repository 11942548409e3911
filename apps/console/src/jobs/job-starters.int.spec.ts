import { spawnSync } from 'node:child_process';
import type { IncomingMessage } from 'node:http';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterFile, describeWith, eventually } from '@reprise/test-kit';
import { parseAllDocuments } from 'yaml';
import { recorded } from '../testing/recorded/kubernetes.ts';
import { jobStarterContract } from '../testing/job-starter.contract.ts';
import { littleCluster, type LittleCluster, type Rule } from '../testing/little-cluster.ts';
import { jobManifest, type JobTemplate } from './job-manifest.ts';
import { JobNotSeen, JobNotStarted, type JobHandle, type JobState } from './job-starter.ts';
import { kubernetesJobs } from './kubernetes-jobs.ts';
import { localProcesses } from './local-processes.ts';

describe('jobs as processes of this machine', () => {
  const directory = mkdtempSync(join(tmpdir(), 'local-jobs-'));
  afterFile(() => rmSync(directory, { recursive: true, force: true }));
  jobStarterContract({
    starter: (program) =>
      Promise.resolve(localProcesses({ command: [process.execPath, program], env: process.env, directory })),
    kill: ({ pid }) => Promise.resolve(void process.kill(-Number(pid), 'SIGKILL')),
  });
});

/** What the chart installs, as it is rendered for an example. */
const installed = parseAllDocuments(
  readFileSync(join(import.meta.dirname, '../../../../tools/chart/src/golden/managed-cloud.yaml'), 'utf8'),
).map((document) => document.toJS() as { kind: string; metadata: { name: string } } | null);
const installedAs = <T>(kind: string, name: string): T =>
  installed.find((one) => one?.kind === kind && one.metadata.name === name) as T;

const { rules } = installedAs<{ readonly rules: readonly Rule[] }>('Role', 'trial-console');

/** The chart's template, whose container runs a program of the test. */
function templateOf(program: string): JobTemplate {
  const text = JSON.stringify(installedAs<JobTemplate>('CronJob', 'trial-rebuild'));
  return JSON.parse(text.replace('apps/rebuild-job/dist/main.js', program)) as JobTemplate;
}

describe('jobs as Jobs of a cluster', () => {
  let cluster: LittleCluster;
  const templates: Record<string, JobTemplate> = {};
  const starter = () => kubernetesJobs({ ...cluster.access, template: 'trial-rebuild' });
  const job = (id: string, words: readonly string[] = ['verify']) => ({ id, words, actor: 'key:ada' });

  beforeAll(async () => {
    cluster = await littleCluster(templates);
  });
  beforeEach(() => {
    cluster.rules = rules;
    cluster.instead = undefined;
    cluster.sidecar = undefined;
  });

  jobStarterContract({
    starter: (program) => {
      templates['trial-rebuild'] = templateOf(program);
      return Promise.resolve(starter());
    },
    kill: ({ name }) => Promise.resolve(cluster.remove(String(name))),
  });

  it('have the labels of the template, who asked for them, one try, and what fits its container', async () => {
    await starter().start(job('one', ['rebuild', '--projection=product_search', '--json']));
    expect(cluster.jobs.get('console-one')!.job).toMatchObject({
      metadata: {
        labels: { 'app.kubernetes.io/component': 'rebuild', 'app.kubernetes.io/created-by': 'console' },
        annotations: { 'reprise/action': 'one', 'reprise/actor': 'key:ada' },
      },
      spec: { backoffLimit: 0 },
    });
    const argsOf = (name: string) =>
      cluster.jobs.get(name)!.job.spec.template.spec.containers[0]!.args!.slice(1);
    const building = ['--memory', '2048mb', '--work-directory', '/work'];
    expect(argsOf('console-one')).toEqual(['rebuild', '--projection=product_search', '--json', ...building]);
    await starter().start(job('two', ['rebuild', '--memory=1gb']));
    expect(argsOf('console-two')).toEqual(['rebuild', '--memory=1gb', '--work-directory', '/work']);
    await starter().start(job('three', ['rollback', '--projection=product_search']));
    expect(argsOf('console-three')).toEqual(['rollback', '--projection=product_search']);
  });

  it.each([
    ['get', 'cronjobs'],
    ['create', 'jobs'],
  ])('that cannot be started for a missing right name it: %s of %s', async (verb, resource) => {
    cluster.rules = without(verb, resource);
    const name = `${verb}-${resource}`;
    await expect(starter().start(job(name))).rejects.toThrow(
      `The job was not started: the right "${verb}" on "${resource}.batch" in the namespace shop is missing: give it to the console's service account`,
    );
    expect(cluster.jobs.has(`console-${name}`)).toBe(false);
  });

  it.each([
    ['get', 'jobs', 'jobs.batch'],
    ['list', 'pods', 'pods'],
    ['get', 'pods/log', 'pods/log'],
  ])(
    'that cannot be followed for a missing right run all the same, and name it: %s of %s',
    async (verb, resource, full) => {
      const handle = await starter().start(job(`follow-${resource.replace('/', '-')}`));
      await expect(starter().look(handle)).resolves.toMatchObject({ state: expect.any(String) as string });
      cluster.rules = without(verb, resource);
      expect(await starter().look(handle)).toEqual({
        ...{ state: 'running', exitCode: null, stdout: '' },
        stderr: expect.stringMatching(
          new RegExp(`cannot be read: the right "${verb}" on "${full}" in the namespace shop is missing`),
        ) as string,
      });
    },
  );

  it('need a template that is there and starts a file of Node', async () => {
    const from = (template: string) => kubernetesJobs({ ...cluster.access, template }).start(job('none'));
    cluster.rules = [{ ...rules[0]!, resourceNames: ['absent', 'odd'] }];
    await expect(from('absent')).rejects.toThrow(/answered 404 .*cronjobs.batch "absent" not found/);
    templates['odd'] = templateOf('start.sh');
    await expect(from('odd')).rejects.toThrow(
      /CronJob odd cannot be its template: its container has no arguments/,
    );
  });

  it('were started although the answer was lost, where the server has them', async () => {
    cluster.instead = (request, response) => {
      if (request.method !== 'POST') return false;
      cluster.instead = undefined;
      request.on('end', () => response.destroy());
      return false;
    };
    const handle = await starter().start(job('lost-answer'));
    expect(handle).toEqual({ kind: 'kubernetes', namespace: 'shop', name: 'console-lost-answer' });
    expect(cluster.jobs.has('console-lost-answer')).toBe(true);
  });

  it('need the account of the pod', () => {
    const account = join(tmpdir(), 'nothing-is-here');
    expect(() => kubernetesJobs({ ...cluster.access, account, template: 'trial-rebuild' })).toThrow(
      /needs the pod's service account, which is not mounted \(ENOENT/,
    );
  });

  it.each(recorded.refusals.map((one) => [one.status, one.method, one.path, one] as const))(
    'are refused in this test as by a real API server: %i to %s %s',
    async (status, method, path, { authorized, job: name, body }) => {
      if (status === 409) await starter().start(job('r'));
      if (status === 403) cluster.rules = [];
      const headers = { authorization: `Bearer ${authorized ? cluster.token() : 'nonsense'}` };
      expect(await cluster.ask(method, path, headers, name && { metadata: { name } })).toEqual({
        status,
        body,
      });
    },
  );

  const endOfJob = async (handle: JobHandle): Promise<JobState> => {
    let state!: JobState;
    await eventually(async () => {
      state = await starter().look(handle);
      expect(state.state).toBe('ended');
    });
    return state;
  };

  it('say what their own container ended with, whatever others are put into its pod', async () => {
    cluster.sidecar = 'istio-proxy';
    const words = ['verify', 'exit=2'];
    expect(await endOfJob(await starter().start(job('meshed', words)))).toMatchObject({
      ...{ state: 'ended', exitCode: 2 },
      stdout: expect.stringContaining('exit=2') as string,
      stderr: '{"notice":"It began."}\n',
    });
  });

  const asksForLog = ({ url }: IncomingMessage): boolean => /\/log\?/.test(url!);

  it('say the end of a log however long that is', async () => {
    const handle = await starter().start(job('long'));
    await endOfJob(handle);
    const log = `${`${'n'.repeat(2_047)}\n`.repeat(9_000)}{\n  "last": true\n}\n`;
    cluster.instead = (request, response) => asksForLog(request) && Boolean(response.end(log));
    expect(await starter().look(handle)).toMatchObject({
      ...{ state: 'ended', exitCode: 0, stdout: '{\n  "last": true\n}\n' },
    });
  });

  it('end with their exit code alone, and say so, where their log is not answered again and again', async () => {
    const handle = await starter().start(job('silent', ['verify', 'exit=2']));
    await endOfJob(handle);
    cluster.instead = (request, response) => asksForLog(request) && Boolean(response.destroy());
    const jobs = starter();
    for (let looks = 0; looks < 2; looks += 1) await expect(jobs.look(handle)).rejects.toThrow(JobNotSeen);
    expect(await jobs.look(handle)).toEqual({
      ...{ state: 'ended', exitCode: 2, stdout: '' },
      stderr: expect.stringMatching(
        /^Its log could not be read: the API server .* cannot be reached/,
      ) as string,
    });
    cluster.instead = (request, response) =>
      asksForLog(request) && Boolean(response.writeHead(502).end('no node'));
    expect(await jobs.look(handle)).toMatchObject({
      ...{ state: 'ended', exitCode: 2 },
      stderr: expect.stringMatching(/^Its log could not be read: .* answered 502 .*: no node\n$/) as string,
    });
  });

  it('are looked at with the token of the moment', async () => {
    const handle = await starter().start(job('token'));
    cluster.renewToken('second');
    expect((await starter().look(handle)).stderr).not.toContain('cannot be read');
  });

  it('cannot be seen while the server is away, answers nonsense, or shows another certificate', async () => {
    const handle = await starter().start(job('away'));
    const looked = (access = cluster.access) =>
      kubernetesJobs({ ...access, template: 'trial-rebuild' }).look(handle);
    cluster.instead = (_, response) => {
      response.writeHead(200).end('<html>');
      return true;
    };
    await expect(looked()).rejects.toThrow(JobNotSeen);
    cluster.instead = (_, response) => {
      response.writeHead(503).end('no leader');
      return true;
    };
    await expect(looked()).rejects.toThrow(/answered 503 to "get" of "jobs.batch": no leader/);
    const stranger = await littleCluster(templates);
    await expect(looked({ ...cluster.access, server: stranger.access.server })).rejects.toThrow(
      /cannot be reached for "get" of "jobs.batch" \(self-signed certificate/,
    );
    const nobody = new URL('https://127.0.0.1:1');
    await expect(starterAt(nobody).start(job('nowhere'))).rejects.toThrow(JobNotStarted);
  });

  const starterAt = (server: URL) => kubernetesJobs({ ...cluster.access, server, template: 'trial-rebuild' });

  function without(verb: string, resource: string): Rule[] {
    return rules.map((rule) =>
      rule.resources.includes(resource) ? { ...rule, verbs: rule.verbs.filter((one) => one !== verb) } : rule,
    );
  }
});

describeWith('kubernetes-validate', 'the Job that an action makes', () => {
  it('is what the API server takes', () => {
    const folder = mkdtempSync(join(tmpdir(), 'console-job-'));
    afterFile(() => rmSync(folder, { recursive: true }));
    const words = ['rebuild', '--projection=product_search', '--progress=json', '--json'];
    const id = 'b1f4c0de-0000-4000-8000-123456789abc';
    const manifest = jobManifest(templateOf('main.js'), { id, words, actor: 'key:ada' });
    const file = join(folder, 'job.json');
    const judge = (object: object) => {
      writeFileSync(file, JSON.stringify(object));
      const args = ['--strict', '--kubernetes-version', '1.37', file];
      return spawnSync('kubernetes-validate', args, { encoding: 'utf8' });
    };
    expect(judge(manifest)).toMatchObject({ status: 0 });
    expect(judge({ ...manifest, spec: { ...manifest.spec, backoff: 1 } }).status).not.toBe(0);
    // A label of each pod holds it, and pods add six characters.
    expect(manifest.metadata.name.length).toBeLessThanOrEqual(57);
  });
});
