import { readFileSync } from 'node:fs';
import { openedAccess } from '@reprise/access';
import { createHttpApplication, type HttpApplication, type HttpLimits } from '@reprise/http';
import { openReadModels } from '@reprise/read-model-servers';
import { createMetrics, type Logger } from '@reprise/runtime';
import { lineOf } from '@reprise/runtime/commands';
import { Actions } from './actions/actions.ts';
import { Desk } from './actions/desk.ts';
import { lastPlan } from './actions/last.ts';
import { ConsoleModule } from './console.module.ts';
import type { ConsoleSettings } from './console-settings.ts';
import { configurationOf } from './configuration/configuration.ts';
import { DeadLetters } from './dead-letters/dead-letters.ts';
import { jobCommand } from './jobs/job-command.ts';
import type { JobStarter } from './jobs/job-starter.ts';
import { kubernetesJobs } from './jobs/kubernetes-jobs.ts';
import { localProcesses } from './jobs/local-processes.ts';
import { Channel } from './live/channel.ts';
import { Clients, type ClientLimits } from './live/clients.ts';
import { Watcher } from './live/watcher.ts';
import { Observer } from './overview/observer.ts';
import { readPageFiles } from './pages/page-files.ts';
import { Runs } from './runs/runs.ts';
import { cookieName } from './sessions/cookies.ts';
import { authorizationOf, consoleAccess } from './sessions/console-access.ts';
import { OidcProvider } from './sessions/oidc/oidc-provider.ts';
import { loginPath } from './sessions/oidc/oidc-settings.ts';
import { Sessions } from './sessions/sessions.ts';

export type Console = HttpApplication;

/** What tests change. */
export interface ConsoleParts {
  readonly limits?: Partial<HttpLimits>;
  readonly clients?: Partial<ClientLimits>;
  readonly jobs?: JobStarter;
  /** How many dead letters one answer looks through. */
  readonly lettersLooked?: number;
}

/** How long a call to a server is tried, in milliseconds: whoever looks wants to know that it is away. */
const retryBudgetMs = 1_000;

/** Builds the whole application; it starts also while its servers are away. Closing it closes its connections too. */
export async function createConsole(
  settings: ConsoleSettings,
  logger: Logger,
  parts: ConsoleParts = {},
): Promise<Console> {
  const { basePath, production, readOnly, twoPersons, hiddenActions: hidden } = settings;
  const environment = { name: settings.environment, production, version: version() };
  const metrics = createMetrics('console');
  const secure = settings.publicUrl?.protocol === 'https:';
  const sessions = new Sessions(settings.sessionMinutes * 60_000, cookieName(secure));
  const access = openedAccess(settings.access);
  const ownAccess = consoleAccess(access, sessions);
  const readModels = openReadModels(settings.readModels, {
    ...{ retryBudgetMs, registryRetryBudgetMs: retryBudgetMs },
  });
  const { registry } = readModels;
  const channel = new Channel();
  const jobs =
    parts.jobs ??
    (settings.cluster
      ? kubernetesJobs(settings.cluster)
      : localProcesses({
          command: jobCommand(import.meta.url),
          env: settings.env,
          directory: settings.jobsDirectory,
        }));
  const actions = new Actions({
    ...{ registry, jobs, approvalMs: settings.approvalMinutes * 60_000 },
    ...{ logger, onChange: (action) => watcher.publishAction(action) },
  });
  const observer = new Observer({
    ...{ readModels, environment, hidden, lineOf },
    plans: (projection) => lastPlan(registry, projection),
  });
  const runs = new Runs({
    registry,
    ratesOf: (runId) => observer.ratesOf(runId),
    actionOf: (run) => actions.ofRun(run),
  });
  const clients: Clients = new Clients(channel, () => watcher.wake(), parts.clients);
  const watcher = new Watcher(
    {
      look: () => observer.look(),
      run: (runId) => runs.detail(runId),
      follow: (signal) => actions.follow(signal),
      isWatched: () => clients.count > 0,
    },
    ...([channel, settings.pace, logger] as const),
  );
  const deadLetters = new DeadLetters(readModels, parts.lettersLooked);
  const desk = new Desk({
    ...{ actions, environment, hidden, twoPersons },
    projections: settings.readModels.contexts.flatMap(({ context }) =>
      context.projections.map(({ name }) => name),
    ),
    overview: () => watcher.overview(),
    look: () => observer.look(),
    countLetters: (meant) => deadLetters.count(meant),
  });
  const application = await createHttpApplication(
    ConsoleModule.register({
      ...{
        metrics,
        logger,
        basePath,
        sessions,
        access: ownAccess,
        readModels,
        runs,
        watcher,
        clients,
        desk,
        deadLetters,
      },
      records: { registry, configuration: configurationOf(settings) },
      ready: { registry: async () => void (await registry.now()) },
      files: readPageFiles(settings.pages, basePath),
      facts: {
        ...{ environment, access, readOnly, twoPersons, oidcPath: settings.oidc ? loginPath : null },
        ...{ secure, open: settings.access.kind === 'open' },
      },
      login: { ...{ basePath, secure, logger }, provider: settings.oidc && new OidcProvider(settings.oidc) },
    }),
    {
      ...{ logger, metrics, authorizationOf, access: ownAccess },
      ...(parts.limits && { limits: parts.limits }),
      openApi: {
        title: 'Reprise operations API',
        description:
          'Shows read models, their proofs, runs and generations, and starts the finite job. Every change names its command line.',
        version: '1.0',
      },
    },
  );
  watcher.start();
  return {
    ...application,
    close: async () => {
      // Streams last for ever, so they are not waited for.
      clients.close();
      await watcher.stop();
      await application.close();
      await readModels.close();
    },
  };
}

function version(): string {
  const file = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  return (JSON.parse(file) as { readonly version: string }).version;
}
