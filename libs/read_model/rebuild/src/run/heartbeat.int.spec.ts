import { produce, productHistory, step } from '@reprise/product-events/testing';
import { testReadModel } from '../testing/read-model.ts';
import type { ProgressReport } from '../progress/progress-meter.ts';

it('reports a run that stands still, with its latest fault, and that it moves again', async () => {
  const model = await testReadModel({ partitions: 1 });
  await produce(model.topic, productHistory({ events: [step.created(), step.published()] }));
  const notices: string[] = [];
  const reports: ProgressReport[] = [];
  let goOn: () => void = () => undefined;
  const isTold = new Promise<void>((resolve) => {
    goOn = resolve;
  });
  const { receipt } = await model.rebuild(
    {},
    {
      latestFault: () => 'writing to it: 429 too many requests',
      onProgress: (report) => {
        reports.push(report);
        // Checked once more by then: a stall is reported once.
        if ((report.stall?.forMs ?? 0) > 7_000) goOn();
      },
      progressIntervalMs: 100,
      onNotice: (line) => notices.push(line),
    },
    {
      store: {
        ...model.store,
        write: async (...args) => {
          await isTold;
          return model.store.write(...args);
        },
      },
    },
  );
  expect(receipt.outcome).toBe('promoted');
  expect(notices).toEqual([
    expect.stringMatching(/^nothing has moved for \d+ s: writing to it: 429 too many requests$/),
    'it moves again',
  ]);
  expect(reports.find(({ stall }) => stall !== null)).toMatchObject({
    step: 'build',
    percent: 100,
    stall: { cause: 'writing to it: 429 too many requests' },
  });
});
