import { ConfigurationError } from '@reprise/runtime';
import { contextOf, type Context, type ContextDefinition, type ListedProjection } from './definition.ts';

const members: ReadonlySet<string> = new Set<keyof ContextDefinition>([
  'name',
  'events',
  'projections',
  'topic',
  'deadLetterTopic',
  'eventStore',
  'outbox',
  'variables',
]);

const contextName = /^[a-z][a-z0-9]*(?:_[a-z0-9]+)*$/;
const variableName = /^[A-Z][A-Z0-9_]*$/;
const topicName = /^(?!\.{1,2}$)[A-Za-z0-9._-]{1,249}$/;

/** What a file exports, and everything that is wrong with it as sentences; contexts only where nothing is. */
export interface CheckedDefinition<P extends ListedProjection> {
  readonly contexts: readonly Context<P>[];
  readonly problems: readonly string[];
}

/**
 * Checks what a configuration file exports by default, which nothing has typed, and fills in what it leaves out. Pure.
 * `P` is the caller's word for what the projections are beyond what is checked here: their name, contract, storage and fold.
 */
export function checkDefinition<P extends ListedProjection>(exported: unknown): CheckedDefinition<P> {
  if (!isObject(exported) || !Array.isArray(exported['contexts']))
    return refused(['it must export by default what defineReprise({ contexts: [...] }) returns']);
  const listed: unknown[] = exported['contexts'];
  if (listed.length === 0) return refused(['it lists no bounded context']);
  const problems = listed.flatMap((context, at) => problemsOf(context, at));
  if (problems.length > 0) return refused(problems);
  const contexts = (listed as ContextDefinition<P>[]).map((context) => contextOf(context));
  const between = problemsBetween(contexts);
  return between.length > 0 ? refused(between) : { contexts, problems: [] };
}

/**
 * The contexts of a definition that a program holds.
 * @throws ConfigurationError with everything that is wrong
 */
export function contextsIn<P extends ListedProjection>(definition: unknown): readonly Context<P>[] {
  const { contexts, problems } = checkDefinition<P>(definition);
  if (problems.length > 0) throw new ConfigurationError(problems);
  return contexts;
}

function refused(problems: readonly string[]): { contexts: []; problems: readonly string[] } {
  return { contexts: [], problems };
}

function problemsOf(context: unknown, at: number): string[] {
  if (!isObject(context)) return [`context ${at + 1} is not an object`];
  const { name, events, projections, variables } = context;
  const who = typeof name === 'string' ? `context "${name}"` : `context ${at + 1}`;
  const problems: string[] = [];
  const problem = (sentence: string): void => void problems.push(`${who}: ${sentence}`);

  for (const member of Object.keys(context)) if (!members.has(member)) problem(`"${member}" is not known`);
  if (typeof name !== 'string' || !contextName.test(name))
    problem('its name must be lower-case words joined by underscores, as in shop or order_intake');
  if (!isContract(events)) problem('"events" must be what defineEvents returns');
  else if (!isVersionSource(events['versions']))
    problem('its events declare no version source: versions must be sequence or position');
  for (const topic of ['topic', 'deadLetterTopic'] as const)
    if (context[topic] !== undefined && !(isText(context[topic]) && topicName.test(context[topic])))
      problem(`"${topic}" is not a valid Kafka topic name`);
  if (context['eventStore'] !== undefined && !isTable(context['eventStore']))
    problem('"eventStore" must be what eventStoreTable returns');
  if (context['outbox'] !== undefined && typeof context['outbox'] !== 'boolean')
    problem('"outbox" must be true or false');
  for (const sentence of variablesProblems(variables)) problem(sentence);

  if (!Array.isArray(projections)) problem('"projections" must be a list of projections');
  else
    projections.forEach((projection: unknown, index) => {
      if (!isProjection(projection)) problem(`projection ${index + 1} is not what defineProjection returns`);
      else if (projection.events !== events)
        problem(`its projection "${projection.name}" is made from the events of another contract`);
    });
  return problems;
}

function variablesProblems(variables: unknown): string[] {
  if (variables === undefined) return [];
  if (!isObject(variables)) return ['"variables" must be an object'];
  const { prefix, aliases } = variables;
  const problems: string[] = [];
  if (prefix !== undefined && !(isText(prefix) && (prefix === '' || variableName.test(prefix))))
    problems.push('the prefix of its variables must be capital letters, digits and underscores, or empty');
  if (aliases !== undefined && !isObject(aliases)) problems.push('"aliases" must be an object');
  else
    for (const [projection, variable] of Object.entries(aliases ?? {}))
      if (!isText(variable) || !variableName.test(variable))
        problems.push(
          `the variable of the alias of "${projection}" must be capital letters, digits and underscores`,
        );
  return problems;
}

/** What only shows between contexts that are right one by one. */
function problemsBetween(contexts: readonly Context[]): string[] {
  const named = contexts.map(({ name }) => ({ name, by: 'the list' }));
  const projections = contexts.flatMap((context) =>
    context.projections.map(({ name }) => ({ name, by: `context "${context.name}"` })),
  );
  return [
    ...twice(named).map(([name]) => `two contexts are named "${name}"`),
    ...twice(projections).map(
      ([name, by]) =>
        `two projections are named "${name}" (${by.join(' and ')}); a read-model database holds one of a name`,
    ),
    ...contexts.flatMap(({ name, projections: own, variables }) =>
      own.flatMap((projection) =>
        projection.storage.kind === 'elasticsearch' && !variableName.test(variables.aliasOf(projection.name))
          ? [
              `context "${name}": no variable can be named after the projection "${projection.name}": name one in "aliases"`,
            ]
          : [],
      ),
    ),
  ];
}

/** Names that stand more than once, with all that have them. */
function twice(named: readonly { readonly name: string; readonly by: string }[]): [string, string[]][] {
  const holders = new Map<string, string[]>();
  for (const { name, by } of named) holders.set(name, [...(holders.get(name) ?? []), by]);
  return [...holders].filter(([, by]) => by.length > 1).map(([name, by]) => [name, [...new Set(by)]]);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

function isContract(value: unknown): value is Record<string, unknown> {
  return isObject(value) && typeof value['read'] === 'function' && Array.isArray(value['aggregateTypes']);
}

function isTable(value: unknown): boolean {
  return (
    isObject(value) && isText(value['name']) && isObject(value['aggregateId']) && isObject(value['event'])
  );
}

function isVersionSource(value: unknown): boolean {
  return value === 'sequence' || value === 'position';
}

function isProjection(value: unknown): value is ListedProjection {
  return (
    isObject(value) &&
    isText(value['name']) &&
    typeof value['evolve'] === 'function' &&
    isStorage(value['storage'])
  );
}

function isStorage(storage: unknown): boolean {
  if (!isObject(storage)) return false;
  const { kind, open } = storage;
  if (isText(kind) && /^own:[a-z][a-z0-9_-]{0,58}$/.test(kind)) return typeof open === 'function';
  return kind === 'elasticsearch' || kind === 'postgres';
}
