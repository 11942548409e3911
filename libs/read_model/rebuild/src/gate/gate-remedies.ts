import { commandLine } from '@reprise/runtime/commands';
import type { GateCheck } from './gate.ts';

/** What the gate refused: checks that did not pass, of a generation that is kept. */
export interface Refusal {
  readonly projection: string;
  readonly generation: string;
  readonly gate: readonly GateCheck[];
  /** Id of the only dead letter to blame; undefined where there are more, or where its place in the topic is not known. */
  readonly onlyLetter?: string | undefined;
}

/**
 * What to type next after a refusal, as sentences: the promotion with the limits that would pass where limits alone refused it,
 * else the rebuild that can come to another result. Empty when every check passed. Pure.
 */
export function afterRefusal({ projection, generation, gate, onlyLetter }: Refusal): string {
  const failed = new Map(gate.filter(({ passed }) => !passed).map((check) => [check.check, check]));
  if (failed.size === 0) return '';
  const poison = failed.get('poison events');
  const shrink = failed.get('no shrink against the live generation');
  const isEmpty = failed.has('not empty');
  const isOfLimits = failed.size === [poison, shrink].filter(Boolean).length + Number(isEmpty);
  const look = poison ? `${whereToLook(onlyLetter)}. ` : '';
  if (isOfLimits) {
    const limits = {
      ...(poison && { poisonBudget: Number(poison.actual) }),
      ...(shrink && { maxShrink: shareThatPasses(shrink) }),
      ...(isEmpty && { allowEmpty: true }),
    };
    return `${look}To let readers have it as it is: ${commandLine.promote(generation, limits)}`;
  }
  if (failed.has('aggregates with missing events'))
    return `${look}Read the events from where none is missing: ${commandLine.rebuildFromEventStore(projection)}`;
  return `${look}Build it again: ${commandLine.rebuild(projection)}`;
}

function whereToLook(onlyLetter: string | undefined): string {
  return onlyLetter === undefined
    ? `See the events that could not be read: ${commandLine.listOpenDeadLetters()}`
    : `See the event that could not be read: ${commandLine.showDeadLetter(onlyLetter)}`;
}

/** The smallest share, in hundredths, with which `noShrink` passes. */
function shareThatPasses({ expected, actual }: GateCheck): number {
  const before = Number(/of (\d+) live/.exec(expected)?.[1] ?? 0);
  for (let hundredths = 0; hundredths < 100; hundredths++)
    if (Math.ceil(before * (1 - hundredths / 100)) <= Number(actual)) return hundredths / 100;
  return 1;
}
