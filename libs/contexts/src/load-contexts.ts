import { ConfigurationError, isError, typedPath } from '@reprise/runtime';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { checkDefinition } from './check-definition.ts';
import type { Context, ListedProjection } from './definition.ts';

/** The bounded contexts of a deployment, and where they are declared. */
export interface LoadedContexts<P extends ListedProjection = ListedProjection> {
  readonly contexts: readonly Context<P>[];
  /** URL of the file that exports them; other threads find the projections there. */
  readonly module: string;
}

const fileNames = ['reprise.config.ts', 'reprise.config.mjs', 'reprise.config.js'];

export interface LoadingOptions {
  /** The absolute path that a command line names; undefined where it names none. */
  readonly file?: string | undefined;
  readonly cwd?: string;
}

/**
 * Loads `reprise.config.ts` (or `.mjs`, `.js`): the file that the command line names, else `REPRISE_CONFIG`, else the first one found
 * from the working directory upwards. The file is a module, so it runs: whoever may write it decides what the process does.
 *
 * @param env the environment variables, usually `process.env`
 * @returns every context it lists, in its order
 * @throws ConfigurationError when there is none, it does not load, or what it exports is wrong, with everything that is
 */
export async function loadContexts<P extends ListedProjection>(
  env: NodeJS.ProcessEnv,
  { file: named, cwd = process.cwd() }: LoadingOptions = {},
): Promise<LoadedContexts<P>> {
  const file = named === undefined ? findFile(env, cwd) : existing(named, '--config');
  const module = pathToFileURL(file).href;
  const exported = await importDefault(module, file);
  const { contexts, problems } = checkDefinition<P>(exported);
  if (problems.length > 0) throw new ConfigurationError(problems.map((problem) => `${file}: ${problem}`));
  return { contexts, module };
}

function findFile(env: NodeJS.ProcessEnv, cwd: string): string {
  const named = env['REPRISE_CONFIG']?.trim();
  if (named !== undefined && named !== '') {
    return existing(typedPath(named, env, cwd), 'REPRISE_CONFIG');
  }
  for (let folder = cwd; ; folder = dirname(folder)) {
    const found = fileNames.map((name) => join(folder, name)).find((file) => existsSync(file));
    if (found !== undefined) return found;
    if (dirname(folder) === folder) break;
  }
  throw new ConfigurationError([
    `there is no ${fileNames[0]} in ${cwd} or above it; it lists the bounded contexts (--config or REPRISE_CONFIG names another file)`,
  ]);
}

/** @param named where the file is named, for the message */
function existing(file: string, named: string): string {
  if (existsSync(file)) return file;
  throw new ConfigurationError([`${named} names ${file}, which does not exist`]);
}

async function importDefault(module: string, file: string): Promise<unknown> {
  try {
    return ((await import(module)) as { readonly default?: unknown }).default;
  } catch (error) {
    throw new ConfigurationError([`${file} does not load: ${causeOf(error)}`]);
  }
}

/** The innermost cause, in one line. */
function causeOf(error: unknown): string {
  if (!isError(error)) return String(error);
  return error.cause === undefined ? `${error.name}: ${error.message.split('\n')[0]}` : causeOf(error.cause);
}
