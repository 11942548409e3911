import { Module, type DynamicModule } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import type { Access } from '@reprise/access';
import { OperationsModule, type OperationsOptions } from '@reprise/http';
import type { ReadModels } from '@reprise/read-model-servers';
import { ActionsController } from './actions/actions.controller.ts';
import { Desk } from './actions/desk.ts';
import { Aggregates } from './aggregates/aggregates.ts';
import { AggregatesController } from './aggregates/aggregates.controller.ts';
import { RecordsController, recordsToken, type Records } from './audit/records.controller.ts';
import { DeadLetters } from './dead-letters/dead-letters.ts';
import { DeadLettersController } from './dead-letters/dead-letters.controller.ts';
import { Generations } from './generations/generations.ts';
import { GenerationsController } from './generations/generations.controller.ts';
import { Clients } from './live/clients.ts';
import { consoleAccessToken, LiveController } from './live/live.controller.ts';
import { Watcher } from './live/watcher.ts';
import { OverviewController } from './overview/overview.controller.ts';
import { readModelsToken, StatusController } from './overview/status.controller.ts';
import { pageFilesToken, pagesController } from './pages/pages.controller.ts';
import type { PageFile } from './pages/page-files.ts';
import { Runs } from './runs/runs.ts';
import { RunsController } from './runs/runs.controller.ts';
import { LoginController, loginFactsToken, type LoginFacts } from './sessions/oidc/login.controller.ts';
import { readOnlyToken, SameOriginGuard } from './sessions/same-origin.guard.ts';
import { consoleFactsToken, SessionController, type ConsoleFacts } from './sessions/session.controller.ts';
import { Sessions } from './sessions/sessions.ts';

export interface ConsoleOptions extends OperationsOptions {
  readonly basePath: string;
  readonly files: ReadonlyMap<string, PageFile>;
  readonly sessions: Sessions;
  readonly access: Access;
  readonly facts: ConsoleFacts;
  readonly login: LoginFacts;
  readonly readModels: ReadModels;
  readonly runs: Runs;
  readonly watcher: Watcher;
  readonly clients: Clients;
  readonly desk: Desk;
  readonly deadLetters: DeadLetters;
  readonly records: Records;
}

/** The operations API, the pages, health and metrics. */
@Module({})
export class ConsoleModule {
  static register(options: ConsoleOptions): DynamicModule {
    const { basePath, files, facts, access } = options;
    return {
      module: ConsoleModule,
      imports: [OperationsModule.register(options)],
      controllers: [
        SessionController,
        LoginController,
        OverviewController,
        StatusController,
        LiveController,
        RunsController,
        ActionsController,
        DeadLettersController,
        GenerationsController,
        AggregatesController,
        RecordsController,
        pagesController(basePath),
      ],
      providers: [
        { provide: Sessions, useValue: options.sessions },
        { provide: Runs, useValue: options.runs },
        { provide: Watcher, useValue: options.watcher },
        { provide: Clients, useValue: options.clients },
        { provide: Desk, useValue: options.desk },
        { provide: DeadLetters, useValue: options.deadLetters },
        { provide: readModelsToken, useValue: options.readModels },
        { provide: Generations, useValue: new Generations(options.readModels) },
        { provide: Aggregates, useValue: new Aggregates(options.readModels) },
        { provide: recordsToken, useValue: options.records },
        { provide: consoleFactsToken, useValue: facts },
        { provide: loginFactsToken, useValue: options.login },
        { provide: consoleAccessToken, useValue: access },
        { provide: pageFilesToken, useValue: files },
        { provide: readOnlyToken, useValue: facts.readOnly },
        { provide: APP_GUARD, useClass: SameOriginGuard },
      ],
    };
  }
}
