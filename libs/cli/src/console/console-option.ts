import { isLoopback, redact } from '@reprise/runtime';
import type { OptionReader } from '../line/option-reader.ts';
import type { ConsoleAddress } from './console-api.ts';

/** What is asked of a console. */
export interface ConsoleQuestion {
  readonly address: ConsoleAddress;
  /** Names of bounded contexts; undefined stands for all. */
  readonly contexts: readonly string[] | undefined;
  /** Name of a read model; undefined stands for all. */
  readonly projection: string | undefined;
}

/**
 * Reads which console is asked about which read models: `--console` as the address stands in a browser, the key from `REPRISE_API_KEY`.
 * What is wrong is gathered in `options`. Which names there are, only the console knows.
 *
 * @param warn receives a sentence where the key would cross the network in clear text
 */
export function readConsole(
  options: OptionReader,
  env: NodeJS.ProcessEnv,
  warn: (sentence: string) => void,
): ConsoleQuestion {
  // The answer does not say it: a console knows read models by context and name.
  if (options.isGiven('type')) options.problem('--type does not go with --console: name a --projection');
  const contexts = options
    .text('context')
    ?.split(',')
    .map((name) => name.trim());
  const projection = options.text('projection');
  const address = readAddress(options, env);
  const { protocol, hostname } = new URL(address.origin);
  if (address.apiKey !== null && protocol === 'http:' && !isLoopback(hostname))
    warn(
      `REPRISE_API_KEY is sent in clear text: --console names ${hostname}, another machine, by http. Use https.`,
    );
  return { address, contexts, projection: projection === 'all' ? undefined : projection };
}

function readAddress(options: OptionReader, env: NodeJS.ProcessEnv): ConsoleAddress {
  const text = options.text('console') ?? '';
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const apiKey = env['REPRISE_API_KEY']?.trim() || null;
  if (url && ['http:', 'https:'].includes(url.protocol)) {
    if (url.username !== '' || url.password !== '')
      options.problem('--console holds credentials: put an API key into REPRISE_API_KEY instead');
    return { origin: url.origin, apiKey };
  }
  options.problem(
    `--console must be the address of a console, as in https://operations.example.com, not "${redact(text)}"`,
  );
  return { origin: 'https://nowhere.invalid', apiKey };
}
