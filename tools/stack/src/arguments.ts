import { parseArgs } from 'node:util';
import { StackError } from './errors.ts';
import { instanceDirectory } from './instance/directory.ts';
import { serverNames, type ServerName } from './instance/state.ts';

export const usage = `npm run -s stack -- VERB [options]

  up                     start what is not running: Postgres, Kafka, Elasticsearch; wait until all are ready
  down                   stop them; the data stays
  status                 what runs, where and in which version; exit code 0 when all are ready, else 3
  env                    print "export NAME=value" lines of the endpoints, for a shell's eval
  logs [SERVER]          the end of the logs of postgres, kafka, elasticsearch
  sql QUERY              the rows of one query on the read-model database, read-only
  reset                  stop them and delete their data
  run -- COMMAND ...     up, run COMMAND with the endpoints in its environment, and down again if it was down

  --dir FOLDER           another instance, with its own data and ports (or REPRISE_STACK_DIR; default: .stack)
  --no-fsync             up, run: Postgres does not wait for the disk; for throw-away data
  --fsync                up, run: it does again (the default of a new instance)
  --in-memory            run: an instance in memory where there is room for it, deleted at the end
  --secure               up, run: a new instance with TLS, logins and rights on all three servers (it takes openssl)
  --docker               up, run: the same servers in containers (docker/compose.yaml)
  --write-side           sql: on the write database instead
  --json                 status, sql: one JSON document
  -n, --lines N          logs: how many lines of each (100)
  -f, --follow           logs: keep printing what is added

Variables: REPRISE_STACK_DIR, REPRISE_STACK_CACHE (folder of the downloads), REPRISE_STACK_TIMEOUT (seconds a server may
take to start), REPRISE_ES_HEAP (1g).`;

export const verbs = ['up', 'down', 'status', 'env', 'logs', 'sql', 'reset', 'run', 'help', 'guard'] as const;
export type Verb = (typeof verbs)[number];

export interface StackArguments {
  verb: Verb;
  directory: string;
  fsync?: boolean;
  inMemory: boolean;
  secure: boolean;
  docker: boolean;
  json: boolean;
  lines: number;
  follow: boolean;
  server?: ServerName;
  /** What stands after `--`. */
  command: string[];
  /** sql: the query. */
  query?: string;
  /** sql: on the write database. */
  writeSide: boolean;
  /** guard: the pid of the `run` it watches. */
  watched?: number;
}

const options = {
  dir: { type: 'string' },
  fsync: { type: 'boolean' },
  'in-memory': { type: 'boolean', default: false },
  secure: { type: 'boolean', default: false },
  docker: { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
  'write-side': { type: 'boolean', default: false },
  lines: { type: 'string', short: 'n', default: '100' },
  follow: { type: 'boolean', short: 'f', default: false },
  help: { type: 'boolean', short: 'h', default: false },
} as const;

/**
 * Reads the words after `stack --`.
 * @throws StackError USAGE for anything that is not understood, naming it.
 */
export function parseArguments(
  words: readonly string[],
  env: NodeJS.ProcessEnv = process.env,
): StackArguments {
  const end = words.indexOf('--');
  const [before, command] = end < 0 ? [words, []] : [words.slice(0, end), words.slice(end + 1)];
  const { values, positionals, tokens } = parseOrExplain(before);
  const given = tokens.flatMap((token) => (token.kind === 'option' ? [token.name] : []));
  const again = given.find((name, at) => given.indexOf(name) < at);
  if (again !== undefined) throw usageError(`--${again} is given more than once`);
  const [verb = 'help', ...rest] = values.help ? ['help'] : positionals;
  if (!isVerb(verb)) throw usageError(`"${verb}" is no verb`);
  const lines = Number(values.lines);
  if (!Number.isInteger(lines) || lines < 1)
    throw usageError(`--lines must be a whole number, not "${values.lines}"`);
  const parsed: StackArguments = {
    verb,
    directory: instanceDirectory(values.dir, env),
    inMemory: values['in-memory'],
    secure: values.secure,
    docker: values.docker,
    json: values.json,
    writeSide: values['write-side'],
    follow: values.follow,
    lines,
    command: [...command],
    ...(values.fsync === undefined ? {} : { fsync: values.fsync }),
  };
  if (values.secure && (values.docker || !['up', 'run'].includes(verb)))
    throw usageError('--secure belongs to up and run, without --docker');
  if (values['in-memory'] && (values.docker || verb !== 'run'))
    throw usageError('--in-memory belongs to run, without --docker');
  if (verb === 'logs') {
    const name = rest.shift();
    if (name !== undefined) parsed.server = serverName(name);
  }
  if (verb === 'sql') parsed.query = queryOf(rest);
  if (verb === 'guard') parsed.watched = Number(rest.shift());
  if (rest.length > 0) throw usageError(`"${rest[0]}" is not understood after ${verb}`);
  if (verb === 'run' && command.length === 0) throw usageError('run needs a command after --');
  if (verb !== 'run' && command.length > 0) throw usageError(`${verb} takes no command`);
  return parsed;
}

function parseOrExplain(words: readonly string[]) {
  try {
    return parseArgs({
      args: [...words],
      options,
      allowPositionals: true,
      allowNegative: true,
      strict: true,
      tokens: true,
    });
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw usageError(message.split('. ')[0] ?? message);
  }
}

function isVerb(word: string): word is Verb {
  return verbs.includes(word as Verb);
}

function serverName(word: string): ServerName {
  const name = serverNames.find((known) => known === word);
  if (name === undefined)
    throw usageError(`"${word}" is no server; the servers are ${serverNames.join(', ')}`);
  return name;
}

function queryOf(rest: string[]): string {
  const query = rest.shift();
  if (query === undefined || rest.length > 0) throw usageError('sql takes one query, in quotes');
  return query;
}

function usageError(what: string): StackError {
  return new StackError('USAGE', `${what}. Verbs and options: npm run -s stack -- help`);
}
