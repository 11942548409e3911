import type { VerbOption } from '../verb.ts';

/** An option of every verb. */
export const configOption: VerbOption = [
  '--config <file>',
  'the file that lists contexts and projections (default REPRISE_CONFIG, else the nearest reprise.config.ts)',
];

/** `execute` is a spelling of `rebuild`. */
export const executeDescription =
  'Rebuilds all projections: rebuild, with --projection=all unless given otherwise.';

/** The option that says which bounded contexts are meant. */
export const contextOption: VerbOption = [
  '--context <names>',
  'only read models of these bounded contexts, comma-separated (default REPRISE_CONTEXTS, else all)',
];

/** The options that say which read models are meant, beside `--projection`. */
export const whichOptions: readonly VerbOption[] = [
  ['--type <name>', 'only read models of this aggregate type; all of them without --projection'],
  contextOption,
];

/** Limits of the gate. */
export const limitOptions: readonly VerbOption[] = [
  ['--max-shrink <share>', 'share of live documents that may be missing in the new generation (default 0.1)'],
  ['--poison-budget <events>', 'poison events to tolerate (default 0)'],
  ['--allow-empty', 'promote a generation without documents'],
];

/** Options of every verb that puts a generation to the gate. */
export const gateOptions: readonly VerbOption[] = [
  ...limitOptions,
  ['--deep', 'let the gate read and rehash every document'],
  ['--require-feeder', 'refuse to switch while no running consumer feeds the generation (default: warn)'],
  ['--canary <file>', 'JSON file of searches with known results that the new generation must answer'],
];

/** The help of an option that names aggregates. */
export function idsHelp(what: string): string {
  return `${what} (comma-separated, or repeat the option; \\, is a comma within an id)`;
}
