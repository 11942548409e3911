import {
  Inject,
  Module,
  type DynamicModule,
  type FactoryProvider,
  type OnApplicationShutdown,
} from '@nestjs/common';
import { liveConnections, type LiveFeedOptions, type LiveLimits } from '@reprise/read-model-live';
import { openReadModels, type ReadModelConfiguration, type ReadModels } from '@reprise/read-model-servers';
import { BatchController } from './batch.controller.ts';
import { LiveFeedHealth } from './live-feed-health.ts';
import { LiveFeedTransport } from './live-feed-transport.ts';
import { ReadModelsPlan } from './read-models-plan.ts';
import { ReadModelsStatus } from './read-models-status.ts';

export interface RepriseModuleOptions extends Pick<LiveFeedOptions, 'logger' | 'metrics' | 'onReady'> {
  /** The contexts to feed and where their servers are, as `readLiveConfiguration` reads it from the environment. */
  readonly configuration: ReadModelConfiguration & Partial<LiveLimits>;
}

export type RepriseModuleAsyncOptions = Pick<DynamicModule, 'imports'> &
  Pick<FactoryProvider<RepriseModuleOptions>, 'inject' | 'useFactory'>;

const optionsToken = Symbol('RepriseModuleOptions');
const readModelsToken = Symbol('ReadModels');

/**
 * Gives an application what feeds its read models: `LiveFeedTransport`, which a microservice takes as its strategy,
 * `LiveFeedHealth`, `ReadModelsStatus` and `ReadModelsPlan`. The feed begins when that microservice listens. The module opens the servers, and closes them with the application.
 */
@Module({})
export class RepriseModule implements OnApplicationShutdown {
  readonly #readModels: ReadModels;
  readonly #plan: ReadModelsPlan;

  constructor(@Inject(readModelsToken) readModels: ReadModels, @Inject(ReadModelsPlan) plan: ReadModelsPlan) {
    this.#readModels = readModels;
    this.#plan = plan;
  }

  static forRoot(options: RepriseModuleOptions): DynamicModule {
    return RepriseModule.forRootAsync({ useFactory: () => options });
  }

  /** The same with options that are made from other providers. */
  static forRootAsync({ imports = [], inject = [], useFactory }: RepriseModuleAsyncOptions): DynamicModule {
    return {
      module: RepriseModule,
      imports,
      controllers: [BatchController],
      providers: [
        { provide: optionsToken, inject, useFactory },
        {
          provide: readModelsToken,
          inject: [optionsToken],
          useFactory: ({ configuration }: RepriseModuleOptions) =>
            openReadModels(configuration, liveConnections(configuration.contexts.length)),
        },
        {
          provide: LiveFeedTransport,
          inject: [readModelsToken, optionsToken],
          useFactory: (readModels: ReadModels, { configuration, ...options }: RepriseModuleOptions) =>
            new LiveFeedTransport(readModels, { ...options, limits: configuration }),
        },
        {
          provide: LiveFeedHealth,
          inject: [LiveFeedTransport],
          useFactory: (transport: LiveFeedTransport) => new LiveFeedHealth(transport),
        },
        {
          provide: ReadModelsStatus,
          inject: [readModelsToken],
          useFactory: (readModels: ReadModels) => new ReadModelsStatus(readModels),
        },
        {
          provide: ReadModelsPlan,
          inject: [optionsToken],
          useFactory: ({ configuration }: RepriseModuleOptions) => new ReadModelsPlan(configuration),
        },
      ],
      exports: [LiveFeedTransport, LiveFeedHealth, ReadModelsStatus, ReadModelsPlan],
    };
  }

  /** Nothing is fed by then: Nest closes microservices before it calls this. */
  async onApplicationShutdown(): Promise<void> {
    this.#plan.stop();
    await this.#readModels.close();
  }
}
