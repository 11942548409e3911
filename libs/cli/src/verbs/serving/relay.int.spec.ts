import { checkHistory, relayFixture } from '@reprise/relay/testing';
import { eventually } from '@reprise/test-kit';
import { inThisProcess } from '../../testing/in-this-process.ts';

describe('relay', () => {
  it('publishes what writers add until it is stopped, and ends with 0', async () => {
    const fixture = await relayFixture();
    const stop = new AbortController();
    const env = { ...fixture.env, LOG_LEVEL: 'silent' };
    const running = inThisProcess(['relay', '--context', 'product'], env, stop.signal);
    await fixture.appendMany(3, 4);
    await eventually(async () => expect(await fixture.unpublished()).toBe(0));
    stop.abort();
    expect(await running).toEqual({
      code: 0,
      stdout: 'Publishing the events of product. Stop it with ^C.\n',
      stderr: '',
    });
    expect((await checkHistory(fixture)).records).toHaveLength(12);
  });

  it('refuses what belongs to --once without it', async () => {
    expect(await inThisProcess(['relay', '--json', '--timeout', '5'], {})).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/--timeout belongs to --once\n.*--json belongs to --once/) as string,
    });
  });
});
