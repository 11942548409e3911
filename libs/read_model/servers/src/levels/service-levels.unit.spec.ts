import { silentLogger } from '@reprise/runtime';
import { Registry } from 'prom-client';
import { levelDefinitions, type Level } from './level-definitions.ts';
import { ServiceLevels } from './service-levels.ts';

const lag = (generation: string): Level => ({
  name: 'read_model_lag_events',
  labels: { context: 'shop', projection: 'orders', generation, state: 'LIVE' },
  value: 7,
});

describe('the gauges of service levels', () => {
  it('are there with help text and labels before anything is known, and gathered once for all of a scrape', async () => {
    const metrics = new Registry();
    let gathered = 0;
    new ServiceLevels(metrics, () => Promise.resolve((gathered++, [])), silentLogger());
    const answer = await metrics.metrics();
    for (const [name, { help }] of Object.entries(levelDefinitions))
      expect(answer).toContain(`# HELP ${name} ${help}\n`);
    expect(gathered).toBe(1);
  });

  it('forget a generation that is gone, and everything while the registry does not answer', async () => {
    const metrics = new Registry();
    const answers: (readonly Level[] | Error)[] = [[lag('old')], [lag('new')], new Error('away')];
    const gather = () => {
      const answer = answers.shift()!;
      return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
    };
    let clock = 0;
    new ServiceLevels(metrics, gather, silentLogger(), () => clock);
    const shown = async () => {
      clock += 16_000;
      return [...(await metrics.metrics()).matchAll(/generation="(\w+)"/g)].map(([, name]) => name);
    };
    expect(await shown()).toEqual(['old']);
    expect((await metrics.metrics()).match(/generation="old"/g)).toHaveLength(1);
    expect(answers).toHaveLength(2);
    expect(await shown()).toEqual(['new']);
    expect(await shown()).toEqual([]);
  });
});
