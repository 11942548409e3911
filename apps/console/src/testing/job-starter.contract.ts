import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { randomUUID } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from '@reprise/test-kit';
import {
  JobNotStarted,
  type Job,
  type JobHandle,
  type JobStarter,
  type JobState,
} from '../jobs/job-starter.ts';

/**
 * A job that does what the words after its verb say: `exit=2`, `until=FILE` (waits for the file, or for the end of the test), `noise=BYTES` of lines on
 * stderr. It says on stdout what it was given, as the finite job prints its documents.
 */
const source = `
import { appendFileSync, existsSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
const [, ...words] = process.argv.slice(2);
const said = (name) => words.find((word) => word.startsWith(name + '='))?.slice(name.length + 1);
appendFileSync(import.meta.filename + '.runs', 'x');
process.stderr.write(JSON.stringify({ notice: 'It began.' }) + '\\n');
for (let left = Number(said('noise') ?? 0); left > 0; left -= 100) process.stderr.write('n'.repeat(99) + '\\n');
while (said('until') !== undefined && !existsSync(said('until')) && existsSync(import.meta.filename)) await setTimeout(10);
process.stdout.write(JSON.stringify({ words, actor: process.env.REPRISE_ACTOR }, null, 2) + '\\n');
process.exitCode = Number(said('exit') ?? 0);
`;

/** What runs jobs in a test. */
export interface StarterUnderTest {
  /** @param program the file that Node runs */
  starter(program: string): Promise<JobStarter>;
  /** Ends a job from outside, so that it leaves no exit code. */
  kill(handle: JobHandle): Promise<void>;
}

/** What every adapter of the port holds. */
export function jobStarterContract({ starter, kill }: StarterUnderTest): void {
  let folder: string;
  let program: string;
  let jobs: JobStarter;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'job-starter-'));
    program = join(folder, 'job.mjs');
    writeFileSync(program, source);
    jobs = await starter(program);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const job = (words: readonly string[], actor = 'key:ada'): Job => ({
    id: randomUUID(),
    words: ['verify', ...words],
    actor,
  });
  const seen = async (handle: JobHandle, state: JobState['state'], by = jobs): Promise<JobState> => {
    let found!: JobState;
    await eventually(async () => {
      found = await by.look(handle);
      expect(found.state).toBe(state);
    });
    return found;
  };

  it('gives a job its words and its actor as they are, and keeps its outputs apart', async () => {
    const words = [
      '--reason=two  words; $(HOME) $$ $& "quoted" `x` \\ é',
      '--aggregate-id=$(REPRISE_ACTOR)',
      '*',
    ];
    const actor = 'sub:$(PATH) o’hara';
    const ended = await seen(await jobs.start(job(words, actor)), 'ended');
    expect(ended).toEqual({
      state: 'ended',
      exitCode: 0,
      stdout: `${JSON.stringify({ words, actor }, null, 2)}\n`,
      stderr: '{"notice":"It began."}\n',
    });
  });

  it('says the exit code of a job as it is', async () => {
    const codes = [1, 2, 5, 143];
    const handles = await Promise.all(codes.map((code) => jobs.start(job([`exit=${code}`]))));
    const ends = await Promise.all(handles.map((handle) => seen(handle, 'ended')));
    expect(ends.map(({ exitCode }) => exitCode)).toEqual(codes);
  });

  it('shows what a job says while it runs, also to another process than the one that started it', async () => {
    const until = join(folder, randomUUID());
    const handle = JSON.parse(JSON.stringify(await jobs.start(job([`until=${until}`])))) as JobHandle;
    const another = await starter(program);
    await eventually(async () =>
      expect(await another.look(handle)).toEqual({
        ...{ state: 'running', exitCode: null, stdout: '' },
        stderr: expect.stringContaining('It began.') as string,
      }),
    );
    writeFileSync(until, '');
    expect((await seen(handle, 'ended', another)).stdout).toContain(until);
    expect(jobs.describe(handle)).toMatch(/^\w+ \S+/);
  });

  it('finds a job by its place, which is known before it is started, and none where none was started', async () => {
    const until = join(folder, randomUUID());
    const one = job([`until=${until}`]);
    const place = JSON.parse(JSON.stringify(jobs.place(one.id))) as JobHandle;
    expect((await jobs.look(place)).state).toBe('gone');
    await jobs.start(one);
    expect((await (await starter(program)).look(place)).state).toBe('running');
    writeFileSync(until, '');
    expect((await seen(place, 'ended')).exitCode).toBe(0);
    expect(jobs.describe(place)).toMatch(/^\w+ \S+/);
  });

  it('starts a job once, whoever asks for it again', async () => {
    const one = job([]);
    const runs = (): number => readFileSync(`${program}.runs`, 'utf8').length;
    const before = runs();
    const handle = await jobs.start(one);
    await expect((await starter(program)).start(one)).rejects.toThrow(JobNotStarted);
    await seen(handle, 'ended');
    expect(runs()).toBe(before + 1);
  });

  it('keeps the end of what a job says, and its document', async () => {
    const { stdout, stderr } = await seen(await jobs.start(job(['noise=1000000'])), 'ended');
    expect(stdout).toContain('noise=1000000');
    expect(stderr.length).toBeLessThanOrEqual(256 * 1024);
    expect(stderr.length).toBeGreaterThan(200 * 1024);
  });

  it('says that a job is gone which was killed and left no exit code', async () => {
    const handle = await jobs.start(job([`until=${join(folder, 'never')}`]));
    await eventually(async () => expect((await jobs.look(handle)).stderr).toContain('It began.'));
    await kill(handle);
    expect((await seen(handle, 'gone')).exitCode).toBeNull();
  });
}
