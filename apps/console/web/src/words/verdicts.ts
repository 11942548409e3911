import type {
  ActionName,
  ActionState,
  Overview,
  ReadModelCard,
  RunView,
  Serving,
} from '../../../src/contract/index.ts';
import { counted, duration } from './format.ts';

/** How a thing is to be looked at. Each has a colour, a shape and a word, so that none depends on colour alone. */
export type Tone = 'ok' | 'warn' | 'bad' | 'unknown' | 'quiet';

/** What readers get, in one word. */
export function servingWord({ state, verdict }: Pick<Serving, 'state' | 'verdict'>): {
  readonly tone: Tone;
  readonly word: string;
} {
  if (state === 'unknown') return { tone: 'unknown', word: 'unknown' };
  if (state === 'not-serving') return { tone: 'bad', word: 'not serving' };
  if (verdict === 'unknown') return { tone: 'unknown', word: 'serving, rest unknown' };
  return verdict === 'ok'
    ? { tone: 'ok', word: 'serving' }
    : { tone: 'warn', word: `serving, ${verdictWord(verdict)}` };
}

function verdictWord(verdict: Serving['verdict']): string {
  return verdict.replaceAll('-', ' ');
}

/** How far readers are behind the log. */
export function freshnessWords({
  seconds,
  events,
}: {
  readonly seconds: number;
  readonly events: number;
}): string {
  return events === 0
    ? '0 s behind: every event of the log was read'
    : `${duration(seconds)} behind (${counted(events, 'event')})`;
}

/** What a run does, by its mode in the registry. */
export function modeWord(mode: string): string {
  return mode === 'APPLY' ? 'rebuild' : mode.toLowerCase().replaceAll('_', ' ');
}

export function runTone(state: RunView['state']): Tone {
  return ({ RUNNING: 'quiet', DONE: 'ok', FAILED: 'bad', INTERRUPTED: 'warn', LOST: 'bad' } as const)[state];
}

export function actionTone(state: ActionState): Tone {
  switch (state) {
    case 'done':
      return 'ok';
    case 'failed':
    case 'lost':
      return 'bad';
    case 'awaiting-approval':
    case 'rejected':
    case 'expired':
      return 'warn';
    case 'starting':
    case 'running':
      return 'quiet';
  }
}

/** Why a read model needs somebody's eyes; empty where it does not. Worst first. */
export function troubles(card: ReadModelCard): string[] {
  const { tone } = servingWord(card.serving);
  return [
    ...(tone === 'ok' ? [] : [card.serving.sentence]),
    ...(card.stalled === null ? [] : [card.stalled]),
    ...(card.deadLetters.known && card.deadLetters.value.open > 0
      ? [
          `${card.deadLetters.value.atLeast ? 'at least ' : ''}${counted(card.deadLetters.value.open, 'open dead letter')}`,
        ]
      : []),
    ...(card.repairs.known && card.repairs.value.failed > 0
      ? [counted(card.repairs.value.failed, 'failed repair')]
      : []),
    ...(card.recommendation ? [card.recommendation.sentence] : []),
  ];
}

/** The first thing that is read: whether search is served. */
export function summary(
  cards: readonly ReadModelCard[],
  servers: Overview['servers'],
): { readonly tone: Tone; readonly words: string } {
  const serving = cards.filter((card) => card.serving.state === 'serving').length;
  const unknown = cards.filter((card) => card.serving.state === 'unknown').length;
  const away = servers.filter(({ fault }) => fault !== null).map(({ name }) => name);
  if (cards.length === 0)
    return {
      tone: 'unknown',
      words:
        away.length > 0
          ? `Whether anything is served is unknown: ${away.join(', ')} cannot be used`
          : 'No read model is known',
    };
  const words = [
    `${serving} of ${counted(cards.length, 'read model')} ${serving === 1 ? 'is' : 'are'} served${unknown > 0 ? `, ${unknown} unknown` : ''}`,
    ...(away.length > 0 ? [`${away.join(', ')} cannot be used`] : []),
  ].join('; ');
  if (cards.some((card) => card.serving.state === 'not-serving')) return { tone: 'bad', words };
  if (serving < cards.length) return { tone: 'unknown', words };
  return { tone: away.length > 0 || cards.some((card) => troubles(card).length > 0) ? 'warn' : 'ok', words };
}

const names: Readonly<Record<ActionName, string>> = {
  plan: 'Plan',
  rebuild: 'Rebuild',
  promote: 'Promote',
  rollback: 'Roll back',
  cancel: 'Cancel the run',
  prune: 'Prune',
  verify: 'Verify',
  repair: 'Repair',
  redrive: 'Redrive',
  discard: 'Discard',
};

export function actionTitle(action: ActionName): string {
  return names[action];
}
