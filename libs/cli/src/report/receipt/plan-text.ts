import type { Plan } from '@reprise/read-model-rebuild';
import { linesText, number } from '../text.ts';
import { beyondShown, poisonLines } from './poison-text.ts';
import { changeLines, predictionLines } from './prediction-text.ts';

const verdicts: Readonly<Record<Plan['verdict'], string>> = {
  possible: 'a rebuild would be promoted',
  refused: 'a rebuild would be refused',
  cancelled: 'the plan was not finished',
};

/** The plan as an operator reads it: what stands in the way, what the log holds, and what a rebuild of it would come to. */
export function describePlan(plan: Plan): string {
  const { events, gate, predicted, estimatedDurationMs, estimatedFrom, diff } = plan;
  const lines: [string, string][] = [
    ['log', logOf(plan)],
    [
      'events',
      `${number(events.read)} read, ${number(events.deadLettered)} poison, ${number(events.heldBack)} held back`,
    ],
    ...(predicted === null
      ? []
      : predictionLines({
          ...{ predicted, diff, byType: events.byType, unhandledTypes: plan.unknownTypes },
          ...{ estimatedDurationMs: estimatedDurationMs ?? 0, estimatedFrom: estimatedFrom ?? '' },
        })),
  ];
  const width = Math.max(...lines.map(([name]) => name.length));
  const more = beyondShown(plan);
  return linesText([
    `${plan.projection}: ${verdicts[plan.verdict]} (exit code ${plan.exitCode}); nothing was written`,
    ...lines.map(([name, value]) => `  ${name.padEnd(width)}  ${value}`),
    ...gate
      .filter(({ passed }) => !passed)
      .map(({ check, expected, actual }) => `  WOULD FAIL ${check}: expected ${expected}, found ${actual}`),
    ...poisonLines(plan),
    ...(more > 0 ? [`  and ${more} more: see --json`] : []),
    ...changeLines(diff),
    ...plan.warnings.map((warning) => `  warning: ${warning}`),
    ...(plan.message ?? '').split('\n').flatMap((line) => (line === '' ? [] : [`  ${line}`])),
  ]);
}

function logOf({ source, topic, ranges, versions }: Plan): string {
  if (topic.id === '') return `${source} ${topic.name}: not opened`;
  const order = versions === 'position' ? ', ordered by position: missing events are not seen' : '';
  return `${source} ${topic.name} (${topic.id}), ${ranges.length} partitions${order}`;
}
