import { formatFiles, generateFiles, type GeneratorCallback, logger, type Tree } from '@nx/devkit';
import { dirname, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  change,
  declaring,
  existingContext,
  read,
  sourcesIn,
  type ExistingContext,
} from '../contexts/existing-context.ts';
import { pascal } from '../context/names.ts';
import {
  declaredIn,
  withBefore,
  withCase,
  withEntry,
  withLineAfter,
  withMember,
  withName,
} from '../source/edits.ts';
import { goldenLine, publishedSchema } from '../source/published-schema.ts';

export interface EventOptions {
  /** What happened: lower-case words joined by hyphens, such as `price-changed`. */
  readonly name: string;
  readonly context: string;
  /** The only aggregate of the context unless given. */
  readonly aggregate?: string;
}

/** Spellings of the new event in what is generated. */
interface EventNames {
  readonly name: string;
  readonly type: string;
  /** `Candidate` */
  readonly Aggregate: string;
  /** `CandidateNameChecked` */
  readonly Event: string;
  /** `candidate name checked` */
  readonly words: string;
}

/**
 * Adds an event type without data to an existing context: to its contract with schema, example and documentation, to the aggregate
 * (a decision that makes the event, a case that changes nothing yet), and to every projection of the aggregate, which ignores it
 * until somebody decides what it keeps.
 *
 * @throws Error that names every problem at once; nothing was written
 */
export async function generateEvent(
  tree: Tree,
  { name, context, aggregate }: EventOptions,
): Promise<GeneratorCallback> {
  const { found, problems } = existingContext(tree, context, aggregate);
  const all = [...problems, ...nameProblems(name, found)];
  if (found === undefined || all.length > 0) throw new Error(`${all.join('.\n')}.\nNothing was written.`);
  const Aggregate = pascal(found.aggregate);
  const names: EventNames = {
    name,
    type: `${found.aggregate}.${name}.v1`,
    Aggregate,
    Event: `${Aggregate}${pascal(name)}`,
    words: `${found.aggregate} ${name.replaceAll('-', ' ')}`,
  };
  addToContract(tree, found, names);
  addToDocumentation(tree, found, names);
  const decision = addToAggregate(tree, found, names);
  const projections = addToProjections(tree, found, names);
  await formatFiles(tree);
  return () => {
    const { project } = found;
    logger.info(
      `\n${names.type} is an event of ${project} without data, which changes nothing yet. Say what it carries in the contract, what it changes in ` +
        `${decision} and its aggregate, what becomes of it in ${projections.join(', ') || 'the projections to come'}, and which route asks for it. What else has to decide no longer compiles. Then:\n` +
        `  npx nx run-many -t typecheck && npx nx run-many -t lint test -p ${project}-events,${project}-domain,${project}-read-model\n`,
    );
  };
}

function nameProblems(name: string, context: ExistingContext | undefined): string[] {
  if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(name) || name.length > 40)
    return [
      `"${name}" cannot be an event's name: say what happened in lower-case words such as price-changed, with letters, digits and single hyphens, at most 40 characters`,
    ];
  const taken = context?.types.find(({ type }) => type.startsWith(`${context.aggregate}.${name}.`));
  return taken === undefined ? [] : [`${taken.type} exists already`];
}

function addToContract(tree: Tree, { project, aggregate, types }: ExistingContext, names: EventNames): void {
  const { type, Aggregate, Event, words, name } = names;
  const events = `libs/${project}/events/src`;
  const own = `./${aggregate}-events.ts`;
  change(tree, `${events}/${aggregate}-events.ts`, (text) =>
    withMember(
      withBefore(
        withBefore(
          text,
          `${Aggregate}Envelope`,
          `export type ${Event}Data = Readonly<Record<string, never>>;`,
        ),
        `${Aggregate}Event`,
        `export type ${Event} = ${Aggregate}Envelope<'${type}', ${Event}Data>;`,
      ),
      `${Aggregate}Event`,
      Event,
    ),
  );
  change(tree, `${events}/event-types.ts`, (text) =>
    withEntry(
      withName(text, 'import', own, `type ${Event}Data`),
      `${aggregate}EventTypes`,
      `'${type}': {
        title: '${capitalised(words)}',
        description: 'Nothing but that it happened.',
        data: data<${Event}Data>({}),
      }`,
    ),
  );
  change(tree, `${events}/index.ts`, (text) => withName(text, 'export', own, `type ${Event}Data`));
  const { path } = declaring(tree, `${events}/testing`, 'dataOf');
  change(tree, path, (text) => withEntry(text, 'dataOf', `'${type}': fc.constant({})`));
  const version = types.length + 1;
  const source = `/reprise/${project}-api`;
  tree.write(
    `${events}/golden/${aggregate}.${name}.v1.jsonl`,
    goldenLine({ source, type, aggregate, version, data: {} }),
  );
}

function addToDocumentation(
  tree: Tree,
  { project, aggregate }: ExistingContext,
  { type, words }: EventNames,
): void {
  // The events of the first context stand where those of all once stood.
  const own = `docs/reference/events/${project}`;
  const folder = tree.exists(own) ? own : 'docs/reference/events';
  const title = capitalised(words);
  const schema = {
    type,
    aggregate,
    title,
    description: 'Nothing but that it happened.',
    begins: false,
    texts: {},
  };
  tree.write(`${folder}/${type}.schema.json`, JSON.stringify(publishedSchema(schema)));
  change(tree, `${folder}/README.md`, (text) =>
    withLineAfter(
      text,
      new RegExp(`^\\| \\[${aggregate}\\.[\\w-]+\\.v\\d+\\]`),
      `| [${type}](${type}.schema.json) | \`{}\` |`,
    ),
  );
}

/** Returns where the new decision stands. */
function addToAggregate(tree: Tree, context: ExistingContext, names: EventNames): string {
  const { project, aggregate } = context;
  const { Aggregate, type, name } = names;
  const domain = `libs/${project}/domain/src`;
  const evolving = declaring(tree, domain, `evolve${Aggregate}`);
  change(tree, evolving.path, (text) =>
    withCase(text, `case '${type}':\n// It changes nothing yet but version and time.\nreturn state;`),
  );
  const existing = declaring(tree, domain, `existing${Aggregate}`, 'existing');
  const folder = dirname(existing.path);
  const decision = declaring(tree, domain, `${Aggregate}Decision`, 'Decision');
  const state = declaring(tree, domain, `${Aggregate}State`);
  const from = ({ path }: { path: string }) => `./${relative(folder, path)}`;
  generateFiles(tree, fileURLToPath(new URL('./files', import.meta.url)), folder, {
    ...context,
    ...names,
    fileName: `${name}-${aggregate}`,
    existing: existing.name,
    changed: declaredIn(read(tree, existing.path)).find((one) => one.startsWith('changed')),
    decision: decision.name,
    decisionFile: from(existing),
    stateFile: from(state),
  });
  const made = `${folder}/${name}-${aggregate}.ts`;
  const index = `${domain}/index.ts`;
  change(tree, index, (text) =>
    withName(text, 'export', `./${relative(domain, made)}`, `mark${names.Event}`),
  );
  return made;
}

/** Returns the projections of the aggregate. */
function addToProjections(
  tree: Tree,
  { project, aggregate }: ExistingContext,
  { type }: EventNames,
): string[] {
  const ofAggregate = sourcesIn(tree, `libs/${project}/read_model/src`).filter((path) => {
    const text = read(tree, path);
    return /defineProjection\(/.test(text) && text.includes(`aggregate: '${aggregate}'`);
  });
  for (const path of ofAggregate) {
    change(tree, path, (text) =>
      withEntry(
        withName(text, 'import', '@reprise/read-model-projections', 'ignore'),
        'on',
        `// To be decided: the document stays as it is.\n'${type}': () => ignore()`,
      ),
    );
  }
  return ofAggregate;
}

function capitalised(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1);
}
