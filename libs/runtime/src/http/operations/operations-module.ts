import { Controller, Get, Header, HttpCode, Inject, Module, type DynamicModule } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { Registry } from 'prom-client';
import type { Logger } from '../../logging/logger.ts';
import { ProblemException } from '../problems/problem-exception.ts';
import { Readiness, type ReadinessChecks } from './readiness.ts';

export interface OperationsOptions {
  readonly metrics: Registry;
  readonly ready: ReadinessChecks;
  /** Logs why a check fails. */
  readonly logger: Logger;
  /** How long one check may take, in milliseconds. */
  readonly checkTimeoutMs?: number;
}

const registryToken = Symbol('metrics');

/** Liveness (the process answers) and readiness (what it needs answers too). */
@ApiExcludeController()
@Controller('health')
class HealthController {
  readonly #readiness: Readiness;

  constructor(@Inject(Readiness) readiness: Readiness) {
    this.#readiness = readiness;
  }

  @Get('live')
  @HttpCode(200)
  live(): { status: 'live' } {
    return { status: 'live' };
  }

  /** Anybody may ask, so it names the failed checks but not the reasons. */
  @Get('ready')
  @HttpCode(200)
  async ready(): Promise<{ status: 'ready'; checks: Record<string, 'ok' | 'failed'> }> {
    const results = [...(await this.#readiness.look())];
    const failed = results.flatMap(([name, reason]) => (reason === undefined ? [] : [name]));
    const checks = Object.fromEntries(
      results.map(([name, reason]) => [name, reason === undefined ? ('ok' as const) : ('failed' as const)]),
    );
    if (failed.length === 0) return { status: 'ready', checks };
    const detail = `Not ready: ${failed.join(', ')}. The log of this process says why.`;
    throw new ProblemException(503, 'not-ready', 'Not ready', detail, { checks, retryAfterSeconds: 5 });
  }
}

@ApiExcludeController()
@Controller('metrics')
class MetricsController {
  readonly #registry: Registry;

  constructor(@Inject(registryToken) registry: Registry) {
    this.#registry = registry;
  }

  @Get()
  @Header('content-type', 'text/plain; version=0.0.4; charset=utf-8')
  metrics(): Promise<string> {
    return this.#registry.metrics();
  }
}

/** `GET /health/live`, `GET /health/ready` (503 naming what failed) and `GET /metrics` (Prometheus' text format). */
@Module({})
export class OperationsModule {
  static register({ metrics, ready, logger, checkTimeoutMs = 3_000 }: OperationsOptions): DynamicModule {
    return {
      module: OperationsModule,
      controllers: [HealthController, MetricsController],
      providers: [
        { provide: Readiness, useValue: new Readiness(ready, checkTimeoutMs, logger) },
        { provide: registryToken, useValue: metrics },
      ],
    };
  }
}
