/** The spellings of a context and its aggregate in what is generated. */
export interface ContextNames {
  /** `order_intake`: its name in `reprise.config.ts`, topics, roles and the database. */
  readonly context: string;
  /** `order-intake`: folders, projects and tags. */
  readonly project: string;
  /** `orderIntake`: the beginning of constants. */
  readonly contextConst: string;
  /** `ORDER_INTAKE`: the beginning of variables of the environment. */
  readonly CONTEXT: string;
  /** `order intake`: in sentences. */
  readonly words: string;
  /** `order`: its type, and constants. */
  readonly aggregate: string;
  readonly Aggregate: string;
  /** `orders`: the table, the path, the folder. */
  readonly aggregates: string;
  readonly Aggregates: string;
  /** `an`, and at the beginning of a sentence. */
  readonly article: string;
  readonly Article: string;
  /** `order_search`: the projection, which is also the name of its alias or view. */
  readonly projection: string;
  readonly projectionFile: string;
  readonly projectionConst: string;
  readonly Projection: string;
}

export type Storage = 'elasticsearch' | 'postgres';

/** Roles and a database are named after a context, with up to 20 characters more; Postgres cuts names at 63. */
const longestContext = 30;
/** A projection is named after its aggregate, with up to 8 characters more; a projection's name has at most 30. */
const longestAggregate = 20;

/** Words of the generated code and of the platform, which a name would be mistaken for. */
const reservedContexts = new Set(['all', 'none', 'read', 'write', 'outbox', 'event_store', 'test']);
const reservedAggregates = new Set([
  ...[
    'aggregate',
    'api',
    'begun',
    'call',
    'change',
    'command',
    'context',
    'data',
    'decision',
    'document',
    'event',
  ],
  ...[
    'events',
    'existing',
    'first',
    'history',
    'id',
    'name',
    'outcome',
    'projection',
    'resource',
    'state',
    'status',
  ],
  ...['step', 'text', 'type', 'version', 'write'],
  ...[
    'arguments',
    'async',
    'await',
    'break',
    'case',
    'catch',
    'class',
    'const',
    'continue',
    'debugger',
    'default',
  ],
  ...[
    'delete',
    'do',
    'else',
    'enum',
    'eval',
    'export',
    'extends',
    'false',
    'finally',
    'for',
    'function',
    'if',
  ],
  ...['implements', 'import', 'in', 'instanceof', 'interface', 'let', 'new', 'null', 'package', 'private'],
  ...['protected', 'public', 'return', 'static', 'super', 'switch', 'this', 'throw', 'true', 'try', 'typeof'],
  ...['undefined', 'var', 'void', 'while', 'with', 'yield'],
]);

/**
 * The spellings of the names given on the command line, and everything that is wrong with them as sentences.
 *
 * @param given lower-case words joined by underscores or hyphens
 * @param aggregate one lower-case word; without it, the singular of the context's last word
 */
export function contextNames(
  given: string,
  aggregate: string | undefined,
  storage: Storage,
): { readonly names: ContextNames; readonly problems: readonly string[] } {
  const context = given.replaceAll('-', '_');
  const problems: string[] = [];
  const isContext = /^[a-z][a-z0-9]*(_[a-z0-9]+)*$/.test(context);
  if (!isContext || context.length > longestContext)
    problems.push(
      `"${given}" cannot be a context's name: use lower-case words such as order_intake, with letters, digits and single underscores, a letter first, at most ${longestContext} characters`,
    );
  else if (reservedContexts.has(context))
    problems.push(`"${given}" is reserved: the platform uses it for something else`);
  const singular = aggregate ?? singularOf(context.split('_').at(-1)!);
  // What is derived from a bad name says nothing more.
  if (aggregate !== undefined || problems.length === 0) {
    if (!/^[a-z][a-z0-9]*$/.test(singular) || singular.length > longestAggregate)
      problems.push(
        `"${singular}" cannot be an aggregate's name: use one lower-case word such as order, a letter first, at most ${longestAggregate} characters${aggregate === undefined ? ' (--aggregate names another)' : ''}`,
      );
    else if (reservedAggregates.has(singular))
      problems.push(
        `"${singular}" cannot be an aggregate's name: the generated code uses the word (--aggregate names another)`,
      );
  }
  const projection = `${singular}_${storage === 'elasticsearch' ? 'search' : 'summary'}`;
  const aggregates = pluralOf(singular);
  const article = /^[aeiou]/.test(singular) ? 'an' : 'a';
  const names: ContextNames = {
    context,
    project: context.replaceAll('_', '-'),
    contextConst: uncapitalised(pascal(context)),
    CONTEXT: context.toUpperCase(),
    words: context.replaceAll('_', ' '),
    aggregate: singular,
    Aggregate: pascal(singular),
    aggregates,
    Aggregates: pascal(aggregates),
    article,
    Article: pascal(article),
    projection,
    projectionFile: projection.replaceAll('_', '-'),
    projectionConst: uncapitalised(pascal(projection)),
    Projection: pascal(projection),
  };
  return { names, problems };
}

/** `order_intake` as `OrderIntake`. */
export function pascal(name: string): string {
  return name
    .split(/[_-]/)
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('');
}

function uncapitalised(name: string): string {
  return name.charAt(0).toLowerCase() + name.slice(1);
}

function singularOf(word: string): string {
  if (/[^aeiou]ies$/.test(word)) return word.replace(/ies$/, 'y');
  if (/(ss|x|ch|sh)es$/.test(word)) return word.slice(0, -2);
  return /[^s]s$/.test(word) && word.length > 3 ? word.slice(0, -1) : word;
}

function pluralOf(word: string): string {
  if (/[^aeiou]y$/.test(word)) return word.replace(/y$/, 'ies');
  return /(s|x|ch|sh)$/.test(word) ? `${word}es` : `${word}s`;
}
