import {
  Controller,
  Get,
  Header,
  HttpCode,
  Inject,
  Module,
  type DynamicModule,
  type FactoryProvider,
} from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { Logger } from '@reprise/runtime';
import {
  checksAnswer,
  isReady,
  metricsContentType,
  notReady,
  Readiness,
  retryAfterSeconds,
  type ChecksAnswer,
  type ReadinessChecks,
} from '@reprise/runtime/operations';
import type { Registry } from 'prom-client';
import { ProblemException } from '../problems/problem-exception.ts';
import { Permit } from '../server/permit.ts';

export interface OperationsOptions {
  readonly metrics: Registry;
  readonly ready: ReadinessChecks;
  /** Logs why a check fails. */
  readonly logger: Logger;
  /** How long one check may take, in milliseconds. */
  readonly checkTimeoutMs?: number;
}

/** Options that are made from what other modules provide. */
export type OperationsAsyncOptions = Pick<DynamicModule, 'imports'> &
  Pick<FactoryProvider<OperationsOptions>, 'inject' | 'useFactory'>;

const optionsToken = Symbol('OperationsOptions');

/** Liveness (the process answers) and readiness (what it needs answers too). */
@ApiExcludeController()
@Controller('health')
class HealthController {
  readonly #readiness: Readiness;

  constructor(@Inject(Readiness) readiness: Readiness) {
    this.#readiness = readiness;
  }

  @Get('live')
  @Permit('public')
  @HttpCode(200)
  live(): { status: 'live' } {
    return { status: 'live' };
  }

  @Get('ready')
  @Permit('public')
  @HttpCode(200)
  async ready(): Promise<{ status: 'ready' }> {
    if (isReady(await this.#readiness.look())) return { status: 'ready' };
    const { status, slug, title, detail } = notReady;
    throw new ProblemException(status, slug, title, detail, { retryAfterSeconds });
  }

  @Get('checks')
  @Permit('metrics:read')
  @HttpCode(200)
  async checks(): Promise<ChecksAnswer> {
    return checksAnswer(await this.#readiness.look());
  }
}

@ApiExcludeController()
@Controller('metrics')
class MetricsController {
  readonly #registry: Registry;

  constructor(@Inject(optionsToken) { metrics }: OperationsOptions) {
    this.#registry = metrics;
  }

  @Get()
  @Permit('metrics:read')
  @Header('content-type', metricsContentType)
  metrics(): Promise<string> {
    return this.#registry.metrics();
  }
}

/** `GET /health/live` and `GET /health/ready` for anybody, `GET /health/checks` and `GET /metrics` (Prometheus' text format). */
@Module({})
export class OperationsModule {
  static register(options: OperationsOptions): DynamicModule {
    return OperationsModule.registerAsync({ useFactory: () => options });
  }

  static registerAsync({ imports = [], inject = [], useFactory }: OperationsAsyncOptions): DynamicModule {
    return {
      module: OperationsModule,
      imports,
      controllers: [HealthController, MetricsController],
      providers: [
        { provide: optionsToken, inject, useFactory },
        {
          provide: Readiness,
          inject: [optionsToken],
          useFactory: ({ ready, checkTimeoutMs = 3_000, logger }: OperationsOptions) =>
            new Readiness(ready, checkTimeoutMs, logger),
        },
      ],
    };
  }
}
