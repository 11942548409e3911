import type { RateSample, RunProgress } from '../../../src/contract/index.ts';
import { Chart } from '../parts/chart.tsx';
import { Age, Unknown } from '../parts/facts.tsx';
import { Mark } from '../parts/mark.tsx';
import { duration, number, percent, rate } from '../words/format.ts';

/** Where a run is, how fast, and how long it still takes. */
export function Progress({ progress }: { readonly progress: RunProgress }) {
  const { step, eventsRead, eventsInLog, eventsPerSecond, secondsLeft, savedAt, stalled } = progress;
  return (
    <span className="progress">
      <span>
        <b>{step}</b> {percent(progress.percent)}, {number(eventsRead)} of {number(eventsInLog)} events,{' '}
        {rate(eventsPerSecond)}
        {', '}
        {secondsLeft === null ? 'time left unknown: nothing moves' : `${duration(secondsLeft)} left`}
      </span>
      <progress max={100} value={progress.percent} aria-label={`Progress of ${step}`} />
      <span className="quiet">
        last progress {savedAt === null ? <Unknown why="it saved none yet" /> : <Age at={savedAt} />}
      </span>
      {stalled && (
        <Mark tone="warn">
          stands still for {duration(stalled.seconds)}: {stalled.sentence}
        </Mark>
      )}
    </span>
  );
}

export function RateChart({
  rates,
  height = 150,
}: {
  readonly rates: readonly RateSample[];
  readonly height?: number;
}) {
  return (
    <Chart
      name="Rate"
      unit="events/s"
      height={height}
      points={rates.map(({ at, eventsPerSecond }) => ({ at: Date.parse(at), value: eventsPerSecond }))}
    />
  );
}
