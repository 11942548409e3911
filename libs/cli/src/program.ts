import { printableLines, repeatedOptions } from '@reprise/runtime';
import { program as programName } from '@reprise/runtime/commands';
import type { Projection } from '@reprise/read-model-projections';
import { Command, Option } from 'commander';
import { readFileSync } from 'node:fs';
import { audited, AuditedCommand } from './audited.ts';
import type { OptionReader, RawOptions } from './line/option-reader.ts';
import { configOption, executeDescription } from './table/options.ts';
import { verbGroups, verbs } from './table/verbs.ts';
import type { Called, Invocation, Verb } from './verb.ts';

/**
 * The command line: parses `argv` (without node and script) and runs the verb it names. What a verb needs is loaded when it runs.
 * @returns the process's exit code
 * @throws whatever the verb throws; CommanderError for `--help` and an unknown verb
 */
export async function runCommandLine(argv: readonly string[], called: Called): Promise<number> {
  const invocation = printing(called);
  let exitCode = 0;
  const program = new Command(programName)
    .description(
      'Rebuilds read models from the event log, proves them complete and switches readers to them.',
    )
    .version(version(), '--version', 'print the version')
    .addHelpText('after', `\n${exitCodeHelp}`);
  silence(program, invocation);
  const ended = (code: number) => void (exitCode = code);
  const typed = asVerb(argv)
    .map(kebabCase)
    .map((word, _, [group, verb]) => oneSpelling(word, `${group} ${verb}`));
  const context = { invocation, typed, ended };
  for (const verb of verbs) addVerb(program, verb, context);
  // Never reached: `asVerb` puts `rebuild` in its place.
  program.command('execute').description(executeDescription);
  for (const group of verbGroups) {
    const command = program.command(group.name).description(group.description);
    command.addHelpText('after', `\n${exitCodeHelp}`);
    silence(command, invocation);
    for (const verb of group.verbs) addVerb(command, verb, context);
  }
  await program.parseAsync(typed, { from: 'user' });
  return exitCode;
}

/** Ids, types and messages come from logs and servers: whatever a verb writes is masked here, once for all of them. */
function printing(called: Called): Omit<Invocation, 'audit' | 'contexts' | 'declaredIn'> {
  const { stdout, stderr } = called;
  return {
    ...called,
    stdout: (text) => stdout(printableLines(text)),
    stderr: (text) => stderr(printableLines(text)),
    clearLine: () => stderr('\r\u001b[2K'),
  };
}

/** A command line that was typed. */
interface Typed {
  readonly invocation: ReturnType<typeof printing>;
  readonly typed: readonly string[];
  readonly ended: (exitCode: number) => void;
}

function addVerb(parent: Command, verb: Verb, context: Typed): void {
  const command = parent.command(verb.name).description(verb.description);
  if (verb.operands !== undefined) command.argument(verb.operands);
  for (const [flags, description, group] of [...verb.options, configOption]) {
    const option = new Option(flags, description);
    command.addOption(group === undefined ? option : option.helpGroup(group));
  }
  command.usage(usageOf(verb));
  command.addHelpText(
    'after',
    `\n${verb.notes === undefined ? '' : `${verb.notes}\n\n`}Examples:\n${verb.examples.map((example) => `  ${programName} ${example}`).join('\n')}\n\n${exitCodeHelp}`,
  );
  silence(command, context.invocation);
  command.allowUnknownOption().allowExcessArguments();
  const repeated = repeatedOptions(command);
  command.action(async () => context.ended(await runVerb(verb, command, repeated, context)));
}

async function runVerb(
  verb: Verb,
  command: Command,
  repeated: readonly string[],
  { invocation, typed }: Typed,
): Promise<number> {
  const [{ OptionReader }, { run }] = await Promise.all([import('./line/option-reader.ts'), verb.load()]);
  // Unknown options stand among the words; whatever the verb does not take is a mistake.
  const taken = (word: string) => verb.operands !== undefined && !word.startsWith('-');
  const excess = command.args.filter((word) => !taken(word));
  const known = command.options.flatMap(({ long }) => long ?? []);
  const options = new OptionReader(command.opts<RawOptions>(), excess, repeated, known);
  const { needsNoContexts: none } = verb;
  const loaded =
    none === true || (none && options.isGiven(none.with))
      ? { contexts: [], declaredIn: '' }
      : await declared(options, invocation);
  const name = command.parent?.parent ? `${command.parent.name()} ${verb.name}` : verb.name;
  const audit = new AuditedCommand(name, typed.slice(name.split(' ').length), invocation.env);
  const act = () => run(options, { ...invocation, ...loaded, audit }, command.args.filter(taken));
  return audited(audit, act, invocation);
}

/** The contexts of the file that is named or found. */
async function declared(
  options: OptionReader,
  { env }: ReturnType<typeof printing>,
): Promise<Pick<Invocation, 'contexts' | 'declaredIn'>> {
  const { loadContexts } = await import('@reprise/contexts');
  const { contexts, module } = await loadContexts<Projection>(env, { file: options.path('config', env) });
  return { contexts, declaredIn: module };
}

/** What a command line of the verb needs at least. */
function usageOf({ operands, options }: Verb): string {
  const required = options.filter(([, description]) => description.includes('(required)'));
  return [...required.map(([flags]) => flags), '[options]', ...(operands ? [operands] : [])].join(' ');
}

function version(): string {
  const file = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  return (JSON.parse(file) as { version: string }).version;
}

/** Help goes to stdout, mistakes to stderr; both end as exceptions, so that one place decides on the exit code. */
function silence(command: Command, { stdout, stderr }: Pick<Invocation, 'stdout' | 'stderr'>): void {
  command.exitOverride().configureOutput({ writeOut: stdout, writeErr: stderr });
}

/** `execute` is `rebuild` of all projections, applied, unless its options say otherwise. */
function asVerb([verb, ...options]: readonly string[]): string[] {
  if (verb !== 'execute') return verb === undefined ? [] : [verb, ...options];
  const given = (option: string) => options.some((word) => word === option || word.startsWith(`${option}=`));
  return ['rebuild', ...(given('--projection') ? [] : ['--projection=all']), ...options];
}

/** `--batchSize` and `--batch-size` are the same option: Nx takes the latter for itself. */
function kebabCase(word: string): string {
  const match = /^--([a-z][A-Za-z0-9-]*)(=.*)?$/s.exec(word);
  if (!match) return word;
  return `--${match[1]!.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}${match[2] ?? ''}`;
}

/** Options that had another name before, each with the one name that every verb has for it now. */
const olderSpellings: readonly (readonly [older: string, name: string, onlyOf?: string])[] = [
  ['--rate', '--max-events-per-second'],
  ['--full', '--verbose'],
  ['--reason', '--error', 'dlq list'],
];

function oneSpelling(word: string, verb: string): string {
  for (const [older, name, onlyOf = verb] of olderSpellings)
    if (onlyOf === verb && (word === older || word.startsWith(`${older}=`)))
      return `${name}${word.slice(older.length)}`;
  return word;
}

const exitCodeHelp = `Exit codes: 0 done and verified · 1 usage or configuration · 2 replay, gate or verification failed (or would, in a dry run), nothing switched ·
3 another run is in progress · 4 a server stayed unreachable · 5 the log's history is incomplete · 130/143 cancelled, can be resumed`;
