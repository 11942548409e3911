import { ConfigurationError } from '@reprise/runtime';
import { type Database } from './databases.ts';

/** What one run does. */
export interface Plan {
  readonly migrations: readonly { readonly name: string; readonly run: () => Promise<string[]> }[];
  /** A sentence for each database that the environment does not name. */
  readonly leftOut: readonly string[];
}

/**
 * Chooses the databases that the environment names, and reads the settings of all of them before one is touched.
 *
 * @param side only the databases of this side; both unless given
 * @throws ConfigurationError with all bad settings at once, or where the environment names none
 */
export function planOf(
  all: readonly Database[],
  env: NodeJS.ProcessEnv,
  side: Database['side'] | undefined,
): Plan {
  const wanted = all.filter((database) => side === undefined || database.side === side);
  const named = wanted.filter(({ variables }) => variables.some((variable) => env[variable]?.trim()));
  if (named.length === 0) {
    throw new ConfigurationError([
      `None is set of ${wanted.flatMap(({ variables }) => variables).join(', ')}`,
    ]);
  }
  const problems: string[] = [];
  const migrations = named.flatMap(({ name, prepare }) => {
    try {
      return [{ name, run: prepare(env) }];
    } catch (error) {
      if (!(error instanceof ConfigurationError)) throw error;
      problems.push(...error.problems);
      return [];
    }
  });
  if (problems.length > 0) throw new ConfigurationError(problems);
  const leftOut = wanted
    .filter((database) => !named.includes(database))
    .map(({ name, variables }) => `Left out the ${name} database: ${variables.join(' and ')} are not set.`);
  return { migrations, leftOut };
}
