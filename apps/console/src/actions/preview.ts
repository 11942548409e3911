import { lineOf } from '@reprise/runtime/commands';
import type { ActionPlan, ActionRequest, Environment, ReadModelCard } from '../contract/index.ts';
import { wordsToCopy } from './arguments.ts';
import type { ActionSpec } from './specs.ts';

export interface PreviewInput {
  readonly spec: ActionSpec;
  readonly request: ActionRequest;
  readonly words: readonly string[];
  readonly environment: Environment;
  /** The read model that is meant, as it was last seen; undefined where several are, or it could not be looked at. */
  readonly card: ReadModelCard | undefined;
  readonly touches: ActionPlan['touches'];
  readonly twoPersons: boolean;
}

/** Whether readers use another generation once it is done: what needs a second person where two are required. */
function switchesReaders({ action, options }: ActionRequest): boolean {
  if (action === 'rebuild') return options['noPromote'] !== true && options['untilTs'] === undefined;
  return action === 'promote' || action === 'rollback';
}

/** What an action will do, and what is at stake. Pure. */
export function previewOf(input: PreviewInput): ActionPlan {
  const { spec, request, words, environment, card, touches, twoPersons } = input;
  const obstacle = obstacleOf(input);
  const isDry = request.options['dryRun'] === true;
  // A comparison only reads, unless it is to have what differs repaired.
  const changes = !isDry && (spec.changes || request.options['repair'] === true);
  return {
    ...{ request, environment, touches },
    willDo: willDo(input),
    atStake: changes ? atStake(input) : ['Nothing: it only reads.'],
    warnings: [
      ...(card === undefined && spec.needsProjection
        ? ['The read model could not be looked at: what stands in the way is not known.']
        : []),
      ...(card?.serving.caveats ?? []),
      ...(card?.room.known && !card.room.value.enough && spec.action === 'rebuild'
        ? [card.room.value.sentence]
        : []),
    ],
    commandLine: lineOf(wordsToCopy(words)),
    legal: obstacle === null,
    refusal: obstacle,
    needsApproval: twoPersons && switchesReaders(request),
    confirmation: environment.production && changes ? environment.name : null,
  };
}

function obstacleOf({ spec, request, card }: PreviewInput): string | null {
  if (!card) return null;
  const generation = request.options['generation'];
  const meant = card.actions.filter(({ action }) => action === spec.action);
  const found =
    meant.find((one) => one.generation === generation) ?? meant.find((one) => !one.legal) ?? meant[0];
  if (found && !found.legal) return found.why;
  // The others are legal, which says nothing about the one that is named.
  return found && spec.action === 'promote' && found.generation !== generation
    ? `${String(generation)} is no complete generation, or readers are on it already.`
    : null;
}

/** Where a log is read, by the word of the command line. */
const logNames: Readonly<Record<string, string>> = {
  'event-store': 'the event store',
  auto: 'Kafka, or from the event store where its history is not complete',
};

function willDo({ spec, request, card, touches }: PreviewInput): string[] {
  const { projection, options } = request;
  const name = projection ?? 'the read models of the log';
  const on = card?.serving.generation.known ? card.serving.generation.value.name : 'what they are on';
  const sentences: Record<ActionSpec['action'], string[]> = {
    plan: [`Reads and folds the whole log for ${name}. Writes nothing.`],
    rebuild: [
      `Builds a new generation of ${name} from ${logNames[String(options['source'])] ?? 'Kafka'}, beside the one readers use.`,
      'Compares it with the log (the gate), and stops there where it differs.',
      switchesReaders(request)
        ? `Switches readers from ${on} to it in one call. The old one stays on standby, for a rollback.`
        : `Leaves readers on ${on}.`,
    ],
    promote: [
      `Puts ${String(options['generation'])} to the gate again.`,
      `Switches readers from ${on} to it in one call.`,
    ],
    rollback: [
      card?.rollback.known
        ? `Feeds ${card.rollback.value.to} what it lacks (now: ${events(card.rollback.value.lacksEvents)}).`
        : 'Feeds the generation on standby what it lacks.',
      `Switches readers from ${on} back to it in one call.`,
    ],
    cancel: [`Asks the run of ${name} to finish its batch, save and stop. It can be resumed.`],
    prune: [`Deletes generations of ${name} that nobody reads and that are beyond those to keep.`],
    verify: [
      `Compares what readers of ${name} are served with the fold of the log.`,
      ...(options['repair'] === true ? ['Puts every document that differs into the repair queue.'] : []),
    ],
    repair: [
      options['all'] === true
        ? `Works off the repair queue of ${name}.`
        : `Builds the named documents of ${name} again from the permanent log.`,
    ],
    redrive: [
      `Applies ${amount(touches)} again, each after those before it of its aggregate, and releases what waits behind them.`,
    ],
    discard: [
      `Discards ${amount(touches)} for good; what waits behind them is applied where the version rule allows it.`,
    ],
  };
  return sentences[spec.action];
}

function atStake({ spec, card, touches }: PreviewInput): string[] {
  const readers = card ? `Readers of "${card.serving.readers}"` : 'Readers';
  const stakes: Record<ActionSpec['action'], string[]> = {
    plan: [],
    rebuild: [
      'The servers are read from as fast as they allow; the store holds a second copy until old ones are pruned.',
      `${readers} get what the new generation holds once the gate has passed.`,
    ],
    promote: [`${readers} get what the other generation holds, at once.`],
    rollback: [
      `${readers} get what the earlier generation holds, at once.`,
      card?.rollback.known
        ? card.rollback.value.sentence
        : `What that lacks is not known: ${card && !card.rollback.known ? card.rollback.why : 'it could not be looked at'}.`,
    ],
    cancel: [
      'What the run has read stays on its host for a while; another host starts half-read partitions again.',
    ],
    prune: ['Deleted generations cannot be gone back to.'],
    verify: ['Documents that differ are built again, also as an earlier version where the log says so.'],
    repair: ['Named documents are replaced, also by an earlier version where the log says so.'],
    redrive: [`${amount(touches)}: documents of their aggregates change.`],
    discard: [`${amount(touches)}: what they say is in no read model, and in no rebuild, from then on.`],
  };
  return stakes[spec.action];
}

function events(count: number): string {
  return count === 0 ? 'nothing' : `${count} event${count === 1 ? '' : 's'}`;
}

function amount(touches: ActionPlan['touches']): string {
  if (!touches) return 'dead letters';
  const { letters, aggregates, atLeast } = touches;
  return `${atLeast ? 'at least ' : ''}${letters} dead letter${letters === 1 ? '' : 's'} of ${aggregates} aggregate${aggregates === 1 ? '' : 's'}`;
}
