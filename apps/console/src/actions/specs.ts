import type { ActionForm, ActionName, ActionOption } from '../contract/index.ts';
import { roleOfAction } from '../overview/legal-actions.ts';

/** How an option becomes words of the command line: `--flag`, `--flag=VALUE`, or words without one, for ids of dead letters. */
export interface SpecOption extends ActionOption {
  readonly flag: string | null;
  /** What a value has to match. */
  readonly pattern?: RegExp;
}

export interface ActionSpec extends Omit<ActionForm, 'options'> {
  /** The verb, and what is always added. */
  readonly words: readonly string[];
  readonly always?: readonly string[];
  readonly options: readonly SpecOption[];
  /** Exactly one of these options is needed, or instead of it any of those that narrow down. */
  readonly oneOf?: readonly string[];
  readonly narrowed?: readonly string[];
}

const text = (pattern: RegExp) => ({ kind: 'text' as const, pattern });
const number = { kind: 'number' as const, pattern: /^\d{1,12}$/ };
const generationName = /^[a-z][a-z0-9_]{0,199}$/;
const moment = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,3})?)?(?:Z|[+-]\d\d:\d\d)$/;
const bytes = /^\d{1,12}(?:mb|gb)?$/;
/** Ids go as they are; none begins like an option, and control characters are nobody's. */
const ids = /^(?!-)[^\p{Cc}]{1,20000}$/u;
export const letterIds =
  /^(?!-)[A-Za-z0-9._-]{1,249}:\d{1,9}:\d{1,19}(?:,(?!-)[A-Za-z0-9._-]{1,249}:\d{1,9}:\d{1,19})*$/;

function option(
  flags: string,
  description: string,
  how: {
    kind?: ActionOption['kind'];
    pattern?: RegExp;
    choices?: string[];
    required?: true;
    flag?: null;
  } = {},
): SpecOption {
  const [flag = ''] = flags.split(' ');
  const name = flag.replace(/^--/, '').replaceAll(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
  const { kind = 'flag', choices = [], required = false, pattern } = how;
  return {
    ...{ name, flags, description, kind, choices, required },
    ...{ flag: how.flag === null ? null : flag, ...(pattern && { pattern }) },
  };
}

const source = option(
  '--source SOURCE',
  'Where the log is read: Kafka, the event store, or Kafka while its history is provably complete',
  {
    kind: 'choice',
    choices: ['kafka', 'event-store', 'auto'],
  },
);
const gate = [
  option(
    '--max-shrink SHARE',
    'Share of live documents that may be missing in the new generation, 0 to 1 (default 0.1)',
    text(/^(?:0(?:\.\d{1,6})?|1(?:\.0+)?)$/),
  ),
  option('--poison-budget N', 'Poison events to tolerate (default 0)', number),
  option('--allow-empty', 'A generation without documents passes'),
];
const switching = [
  option('--deep', 'The gate reads every document and hashes its content again'),
  option('--require-feeder', 'Refuse to switch while no running consumer feeds the generation'),
];
const rate = option(
  '--max-events-per-second N',
  'Limits the read rate, to protect shared servers (0: no limit)',
  number,
);

const spec = (
  action: ActionName,
  description: string,
  rest: Pick<ActionSpec, 'options'> & Partial<Omit<ActionSpec, 'action' | 'description' | 'role'>>,
): ActionSpec => ({
  ...{
    action,
    description,
    role: roleOfAction[action],
    needsProjection: true,
    changes: true,
    words: [action],
  },
  ...rest,
});

const anyWord = text(/^(?!-)[^\p{Cc}]{1,200}$/u);
const letterFilters = [
  { ...option('--event-type TYPE', 'Open letters of this type of event', anyWord), name: 'type' },
  option('--error REASON', 'Open letters with this error', anyWord),
  option('--aggregate-id ID', 'Open letters of this aggregate', { kind: 'text', pattern: ids }),
  option('--context NAME', 'Open letters of this context', anyWord),
];
const narrowed = letterFilters.map(({ name }) => name);
const upTo = option(
  '--up-to PLACES',
  'Only letters that stand before these places; a preview says which, so that no letter is touched that came after it',
  text(letterIds),
);

/** Every action, with what of its command line may be asked for from here. */
export const actionSpecs: readonly ActionSpec[] = [
  spec('plan', 'Reads the whole log and says what a rebuild would come to; writes nothing.', {
    changes: false,
    options: [source, option('--diff', 'List what would change against the live generation'), ...gate, rate],
    always: ['--progress=json'],
  }),
  spec('rebuild', 'Replays the log into a new generation, proves it and switches readers to it.', {
    options: [
      source,
      option('--no-promote', 'Build and prove only; readers stay where they are'),
      option(
        '--until-ts MOMENT',
        'A generation as of that moment, which only promote switches to',
        text(moment),
      ),
      option('--restart', 'Abandon an interrupted run and start over'),
      option('--resume', 'Resume the interrupted run, or fail where that is not possible'),
      ...gate,
      ...switching,
      option('--memory BYTES', 'Memory the process stays within, as in 512mb', text(bytes)),
      option('--workers N', 'Threads that read and fold partitions in parallel', number),
      rate,
    ],
    always: ['--progress=json'],
  }),
  spec('promote', 'Puts a complete generation to the gate again and switches readers to it.', {
    needsProjection: false,
    options: [
      option('--generation NAME', 'Name of the generation', { ...text(generationName), required: true }),
      ...gate,
      ...switching,
    ],
  }),
  spec('rollback', 'Switches readers back to the generation they used before.', {
    options: [
      option('--again', 'Also go to a later generation, which readers left through an earlier rollback'),
      option('--to NAME', 'The generation on standby to go to, earlier or later', text(generationName)),
    ],
  }),
  spec('cancel', 'Asks the running rebuild to finish its batch, save and stop; it can be resumed.', {
    options: [],
  }),
  spec(
    'prune',
    'Deletes generations that nobody reads: failed and abandoned ones, and old ones beyond those to keep.',
    {
      options: [
        option('--keep N', 'Retired generations to keep, and as many never promoted (default 1)', number),
        option(
          '--standby-hours N',
          'Hours a standby generation is kept after the cutover (default 24)',
          number,
        ),
        option('--dry-run', 'Only say what would go'),
      ],
    },
  ),
  spec('verify', 'Compares what readers are served with the log; changes no document.', {
    changes: false,
    options: [
      option('--deep', 'Compare the content of every document, not only where digests differ'),
      option('--repair', 'Put every document that differs into the repair queue'),
      { ...source, choices: ['kafka', 'event-store'] },
      option('--aggregate-id IDS', 'Only these aggregates, divided by commas', { kind: 'ids', pattern: ids }),
      rate,
    ],
  }),
  spec('repair', 'Builds documents again from the permanent log: named ones, or all in the queue.', {
    options: [
      option('--aggregate-id IDS', 'Repair these aggregates now, divided by commas', {
        kind: 'ids',
        pattern: ids,
      }),
      option('--all', 'Drain the queue, waiting and abandoned tasks included'),
    ],
    oneOf: ['aggregateId', 'all'],
  }),
  spec('redrive', 'Applies dead letters again, in the order of their aggregates.', {
    needsProjection: false,
    words: ['dlq', 'redrive'],
    options: [
      option('--ids IDS', 'These letters, divided by commas', {
        kind: 'ids',
        pattern: letterIds,
        flag: null,
      }),
      option('--all', 'Every open letter'),
      ...letterFilters,
      upTo,
      option('--dry-run', 'Only say what would happen'),
      rate,
    ],
    ...{ oneOf: ['ids', 'all'], narrowed },
  }),
  spec('discard', 'Leaves dead letters out for good, on record: rebuilds leave their records out too.', {
    needsProjection: false,
    words: ['dlq', 'discard'],
    options: [
      option('--ids IDS', 'These letters, divided by commas', {
        kind: 'ids',
        pattern: letterIds,
        flag: null,
      }),
      ...letterFilters,
      upTo,
      option('--reason TEXT', 'Why, for the record', { ...text(/^[^\p{Cc}]{1,500}$/u), required: true }),
      option('--dry-run', 'Only say what would be discarded'),
    ],
    ...{ oneOf: ['ids'], narrowed },
  }),
];

export function specOf(action: ActionName): ActionSpec {
  return actionSpecs.find((one) => one.action === action)!;
}

/** The form of an action, without how it is spelled. */
export function formOf({
  action,
  description,
  role,
  needsProjection,
  changes,
  options,
}: ActionSpec): ActionForm {
  return {
    ...{ action, description, role, needsProjection, changes },
    options: options.map(({ flag: _, pattern: __, ...shown }) => shown),
  };
}
