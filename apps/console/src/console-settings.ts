import { accessSettings } from '@reprise/access';
import { selectContexts, type Context } from '@reprise/contexts';
import { httpLimitSettings } from '@reprise/http';
import type { Projection } from '@reprise/read-model-projections';
import { loadAdapters, readModelSettings } from '@reprise/read-model-servers';
import { drainSeconds, endpointSettings, readSettings, typedPath, type Settings } from '@reprise/runtime';
import { actionName, type ActionName } from './contract/index.ts';
import { oidcSettings } from './sessions/oidc/oidc-settings.ts';
import { jobSettings } from './jobs/job-settings.ts';

/** What the environment says about the console. */
export type ConsoleSettings = Awaited<ReturnType<typeof readConsoleSettings>>;

/**
 * Reads where the console listens, who may use it and for what, and where the servers of the read models are.
 *
 * @param contexts all there are; those without a projection are left out
 * @throws ConfigurationError with everything that is wrong at once
 */
export async function readConsoleSettings(
  env: NodeJS.ProcessEnv,
  contexts: readonly Context<Projection>[],
  warn?: (sentence: string) => void,
) {
  const adapters = await loadAdapters(contexts.flatMap(({ projections }) => projections));
  return readSettings(
    env,
    (settings) => {
      const meant = selectContexts(contexts, undefined, env, (sentence) => settings.problem(sentence));
      const { httpHost: host } = endpointSettings(settings, []);
      return {
        env,
        host,
        port: settings.port('CONSOLE_PORT', 3005),
        drainSeconds: drainSeconds(settings),
        access: accessSettings(settings, env, host),
        limits: httpLimitSettings(settings),
        environment: settings.optional('CONSOLE_ENVIRONMENT') ?? 'development',
        production: settings.oneOf('CONSOLE_PRODUCTION', ['true', 'false']) === 'true',
        basePath: basePath(settings),
        ...reachedAt(settings),
        pages: pagesFolder(settings, env),
        readOnly: settings.oneOf('CONSOLE_READ_ONLY', ['true', 'false']) === 'true',
        hiddenActions: hiddenActions(settings),
        twoPersons: settings.oneOf('CONSOLE_TWO_PERSONS', ['true', 'false']) === 'true',
        approvalMinutes: settings.wholeNumber('CONSOLE_APPROVAL_MINUTES', { from: 1, to: 10_080 }, 60),
        sessionMinutes: settings.wholeNumber('CONSOLE_SESSION_MINUTES', { from: 1, to: 10_080 }, 480),
        ...jobSettings(settings, env),
        pace: {
          everyMs: settings.wholeNumber('CONSOLE_REFRESH_MS', { from: 250, to: 60_000 }, 3_000),
          cpuPercent: settings.wholeNumber('CONSOLE_CPU_PERCENT', { from: 1, to: 100 }, 2),
        },
        readModels: readModelSettings(settings, {
          contexts: meant.filter(({ projections }) => projections.length > 0),
          adapters,
        }),
      };
    },
    warn,
  );
}

function basePath(settings: Settings): string {
  const path = settings.optional('CONSOLE_BASE_PATH') ?? '/console';
  if (!/^(?:\/[A-Za-z0-9._~-]+)+$/.test(path) || path.split('/').includes('..'))
    settings.problem(
      `CONSOLE_BASE_PATH must be a path like /console, without a slash at its end, not "${path}"`,
    );
  else if (/^\/(?:ops|health|metrics|openapi\.json)(?:\/|$)/.test(path))
    settings.problem(`CONSOLE_BASE_PATH must not be "${path}": that is where the operations API answers`);
  return path;
}

/** Where browsers reach the console, and the provider that sends them back to it. */
function reachedAt(settings: Settings) {
  const url = publicUrl(settings);
  return { publicUrl: url, oidc: oidcSettings(settings, url) };
}

/** Where browsers reach the console; its scheme says whether they do so by TLS. */
function publicUrl(settings: Settings): URL | undefined {
  const address = settings.optional('CONSOLE_URL');
  if (address === undefined) return undefined;
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (url && ['https:', 'http:'].includes(url.protocol) && url.pathname === '/' && url.search === '')
    return url;
  settings.problem('CONSOLE_URL must be an origin like https://operations.example.com, without a path');
  return undefined;
}

/** Where the pages were built to; in the image and in a clone they stand beside this package's code. */
function pagesFolder(settings: Settings, env: NodeJS.ProcessEnv): string | URL {
  const folder = settings.optional('CONSOLE_PAGES');
  return folder === undefined ? new URL('../web/dist/', import.meta.url) : typedPath(folder, env);
}

function hiddenActions(settings: Settings): readonly ActionName[] {
  const named = (settings.optional('CONSOLE_HIDDEN_ACTIONS') ?? '').split(',').map((name) => name.trim());
  return named.flatMap((name) => {
    if (name === '') return [];
    const known = actionName.safeParse(name);
    if (known.success) return [known.data];
    settings.problem(`CONSOLE_HIDDEN_ACTIONS may list ${actionName.options.join(', ')}, not "${name}"`);
    return [];
  });
}
