import { OptionReader, type RawOptions } from './option-reader.ts';
import { readShard } from './shard-option.ts';

function read(raw: RawOptions, env: NodeJS.ProcessEnv = {}) {
  const options = new OptionReader(raw, []);
  const shard = readShard(options, env);
  options.finish();
  return shard;
}

const ofJob = { JOB_COMPLETION_INDEX: '2', JOB_COMPLETIONS: '4' };

describe('the part of a rebuild', () => {
  it('is the whole unless something says otherwise', () => {
    expect(read({})).toBeUndefined();
    expect(read({}, { JOB_COMPLETION_INDEX: '2' })).toBeUndefined();
    expect(read({ mode: 'DRY_RUN', source: 'event-store', restart: true })).toBeUndefined();
  });

  it('is what --shard says, else what Kubernetes says', () => {
    expect(read({ shard: '0/4' })).toEqual({ index: 0, of: 4, job: undefined });
    expect(read({}, ofJob)).toEqual({ index: 2, of: 4, job: undefined });
    expect(read({ shard: '1/2', shardJob: 'nightly-7' }, ofJob)).toEqual({
      index: 1,
      of: 2,
      job: 'nightly-7',
    });
    expect(read({}, { ...ofJob, SHARD_JOB: 'uid' })).toEqual({ index: 2, of: 4, job: 'uid' });
  });

  it.each(['4/4', '0/0', '-1/4', '1', '1/2/3', 'a/b'])('refuses --shard %s', (shard) => {
    expect(() => read({ shard })).toThrow(/--shard must be i\/n with i from 0 to n-1/);
  });

  it('names the variables that are wrong', () => {
    expect(() => read({}, { JOB_COMPLETION_INDEX: '4', JOB_COMPLETIONS: '4' })).toThrow(
      /JOB_COMPLETION_INDEX\/JOB_COMPLETIONS must be .*"4\/4"/,
    );
  });

  it.each([
    [{ mode: 'DRY_RUN' }, /a dry run is not divided/],
    [{ source: 'event-store' }, /event store is read in one snapshot/],
    [{ fromTs: '2026-11-21T03:00:00Z' }, /a part of the log is applied by one process/],
    [{ aggregateId: 'x' }, /a part of the log is applied by one process/],
    [{ restart: true }, /needs --shard-job/],
  ] as const)('does not go with %j', (others, message) => {
    expect(() => read({ ...others, shard: '0/2' })).toThrow(message);
    expect(() => read(others, ofJob)).toThrow(message);
  });

  it('may start over when the parts know each other by their job', () => {
    expect(read({ shard: '0/2', shardJob: 'nightly-7', restart: true })).toMatchObject({ job: 'nightly-7' });
    expect(() => read({ shardJob: 'nightly-7' })).toThrow(/--shard-job goes with --shard only/);
  });
});
