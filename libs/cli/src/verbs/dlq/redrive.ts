import { setTimeout as delay } from 'node:timers/promises';
import {
  placesText,
  redriveLetters,
  type LetterServers,
  type RedriveOutcome,
} from '@reprise/read-model-feed';
import { printable } from '@reprise/runtime';
import { exitCodes } from '@reprise/runtime/commands';
import { readProjections } from '../../line/projection-option.ts';
import { idText, jsonText } from '../../report/text.ts';
import type { CommandRun } from '../../verb.ts';
import { boundHint, boundOfDryRun, readMeant, selectionOf } from './which-letters.ts';
import { findAll, thisOperator, withLetters } from './with-letters.ts';

/** Outcomes after which the letter needs nobody any more. */
const settled: ReadonlySet<RedriveOutcome> = new Set<RedriveOutcome>(['applied', 'contained']);
const listed = 1_000;

export const run: CommandRun = async (options, invocation, words) => {
  const chosen = readProjections(options, invocation, 'all');
  const meant = readMeant(options, words);
  const isAll = options.flag('all');
  const rate = options.wholeNumber('maxEventsPerSecond', 0, 200);
  const dryRun = options.flag('dryRun');
  const json = options.flag('json');
  options.finish();
  const { signal, stdout, stderr } = invocation;
  return withLetters(chosen, meant, invocation, !dryRun, async (contexts) => {
    if (meant.ids.size > 0) await findAll(contexts, meant.ids, signal);
    const upTo = dryRun ? await boundOfDryRun(meant, contexts) : meant.filter.upTo;
    const { selects } = selectionOf({ ...meant, filter: { ...meant.filter, upTo } });
    const request = {
      // Where all are meant, nothing waits behind them that is not.
      ...{ selects, releaseBehind: !isAll || upTo !== undefined, dryRun, signal },
      ...{ pace: paced(rate, signal), actor: thisOperator() },
    };
    const counts: Partial<Record<RedriveOutcome, number>> = {};
    const letters = [];
    let unsettled = 0;
    for await (const one of redriven(contexts, request)) {
      counts[one.outcome] = (counts[one.outcome] ?? 0) + 1;
      if (!settled.has(one.outcome)) unsettled += 1;
      if (letters.length < listed) letters.push(one);
      if (json) continue;
      const why = one.detail === null ? '' : `  ${printable(one.detail)}`;
      const how = one.released ? `${one.outcome}, released` : one.outcome;
      stdout(`${one.id}  ${idText(one.aggregateId ?? '-')} v${one.version ?? '?'}  ${how}${why}\n`);
    }
    invocation.audit.report({ counts, letters });
    const bound = upTo ? placesText(upTo) : null;
    if (json) stdout(`${jsonText({ dryRun, upTo: bound, counts, letters }, 2)}\n`);
    const summary = Object.entries(counts).map(([outcome, count]) => `${count} ${outcome}`);
    const end = dryRun
      ? ` It was a dry run: nothing was changed, and no store was asked whether it accepts the documents.${boundHint(upTo)}`
      : '';
    stderr(`${summary.length > 0 ? summary.join(', ') : 'Nothing to redrive'}.${end}\n`);
    return unsettled > 0 ? exitCodes.refused : exitCodes.done;
  });
};

/** The letters of one context after the other. */
async function* redriven(
  contexts: readonly LetterServers[],
  request: Parameters<typeof redriveLetters>[1],
): ReturnType<typeof redriveLetters> {
  for (const servers of contexts) yield* redriveLetters(servers, request);
}

interface PaceClock {
  now(): number;
  wait(ms: number): Promise<unknown>;
}

/**
 * Lets so many events per second pass, evenly.
 *
 * @param clock milliseconds that only go up, and a wait for so many of them
 */
export function paced(
  perSecond: number,
  signal: AbortSignal,
  clock: PaceClock = { now: () => performance.now(), wait: (ms) => delay(ms, undefined, { signal }) },
): (events: number) => Promise<void> {
  let free = 0;
  return async (events) => {
    if (perSecond === 0) return;
    const now = clock.now();
    const wait = free - now;
    free = Math.max(free, now) + (events * 1_000) / perSecond;
    if (wait > 0) await clock.wait(wait);
  };
}
