import type { ActionName } from '../contract/index.ts';

/** What `plan --json` prints, as far as it is read here; one of another release may lack any of it. */
interface Planned {
  readonly verdict?: unknown;
  readonly message?: unknown;
  readonly events?: { readonly read?: number };
  readonly predicted?: { readonly documents?: number } | null;
  readonly estimatedDurationMs?: number | null;
}

/** What `verify --json` prints. */
interface Verified {
  readonly outcome?: unknown;
  readonly counts?: Readonly<Record<string, number>>;
}

/** What came of an action that only looks, in a sentence: its exit code says less. Undefined where its document does not say. */
export function saidByDocument(action: ActionName, document: object | undefined): string | undefined {
  if (!document) return undefined;
  if (action === 'plan') return ofPlan(document);
  return action === 'verify' ? ofVerification(document) : undefined;
}

function ofPlan({ verdict, message, events, predicted, estimatedDurationMs }: Planned): string | undefined {
  if (verdict !== 'possible') return typeof message === 'string' && message !== '' ? message : undefined;
  const documents = predicted?.documents;
  if (documents === undefined || events?.read === undefined) return 'A rebuild is possible.';
  const took =
    typeof estimatedDurationMs === 'number' ? `, in about ${Math.ceil(estimatedDurationMs / 1_000)} s` : '';
  return `A rebuild is possible: it would make ${counted(documents, 'document')} of ${counted(events.read, 'event')}${took}. Nothing was written.`;
}

/** Classes of `verify` that are drift. */
const drift = ['missing', 'extra', 'stale', 'different'] as const;

function ofVerification({ outcome, counts = {} }: Verified): string | undefined {
  switch (outcome) {
    case 'clean':
      return 'Readers are served what the log says.';
    case 'drift':
      return `It found ${counted(
        drift.reduce((sum, name) => sum + (counts[name] ?? 0), 0),
        'document',
      )} not as the log says.`;
    case 'behind':
      return 'Readers lack events of the log.';
    case 'faulty-index':
      return 'The index is not as it is defined: only a rebuild helps.';
    case 'not-verified':
      return 'It was not verified: one of the aggregates is unknown to the log and to the store.';
    default:
      return undefined;
  }
}

function counted(value: number, one: string): string {
  return `${value.toLocaleString('en-US')} ${one}${value === 1 ? '' : 's'}`;
}
