import { Controller, Get, Header, HttpCode, Inject, Module, type DynamicModule } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { Registry } from 'prom-client';
import { isError } from '../is-error.ts';
import { redact } from '../redaction.ts';
import { ProblemException } from './problem-exception.ts';

/** Rejects with the reason when what it stands for cannot be used; named after the thing it looks at. */
export type ReadinessChecks = Readonly<Record<string, () => Promise<void>>>;

export interface OperationsOptions {
  readonly metrics: Registry;
  readonly ready: ReadinessChecks;
  /** How long one check may take, in milliseconds. */
  readonly checkTimeoutMs?: number;
}

const optionsToken = Symbol('OperationsOptions');

/** Liveness (the process answers) and readiness (what it needs answers too). */
@ApiExcludeController()
@Controller('health')
class HealthController {
  readonly #options: OperationsOptions;

  constructor(@Inject(optionsToken) options: OperationsOptions) {
    this.#options = options;
  }

  @Get('live')
  @HttpCode(200)
  live(): { status: 'live' } {
    return { status: 'live' };
  }

  @Get('ready')
  @HttpCode(200)
  async ready(): Promise<{ status: 'ready'; checks: Record<string, 'ok'> }> {
    const timeoutMs = this.#options.checkTimeoutMs ?? 3_000;
    const names = Object.keys(this.#options.ready);
    const results = await Promise.all(
      Object.values(this.#options.ready).map((check) => failureOf(check, timeoutMs)),
    );
    const failed = names.filter((_, index) => results[index] !== undefined);
    if (failed.length > 0) {
      const checks = Object.fromEntries(names.map((name, index) => [name, results[index] ?? 'ok']));
      throw new ProblemException(503, 'not-ready', 'Not ready', `Not ready: ${failed.join(', ')}.`, {
        checks,
        retryAfterSeconds: 5,
      });
    }
    return { status: 'ready', checks: Object.fromEntries(names.map((name) => [name, 'ok' as const])) };
  }
}

@ApiExcludeController()
@Controller('metrics')
class MetricsController {
  readonly #options: OperationsOptions;

  constructor(@Inject(optionsToken) options: OperationsOptions) {
    this.#options = options;
  }

  @Get()
  @Header('content-type', 'text/plain; version=0.0.4; charset=utf-8')
  metrics(): Promise<string> {
    return this.#options.metrics.metrics();
  }
}

/** `GET /health/live`, `GET /health/ready` (503 naming what failed and why) and `GET /metrics` (Prometheus' text format). */
@Module({})
export class OperationsModule {
  static register(options: OperationsOptions): DynamicModule {
    return {
      module: OperationsModule,
      controllers: [HealthController, MetricsController],
      providers: [{ provide: optionsToken, useValue: options }],
    };
  }
}

/** The reason a check failed, fit to be shown, or undefined. */
async function failureOf(check: () => Promise<void>, timeoutMs: number): Promise<string | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs);
  });
  try {
    await Promise.race([check(), timeout]);
    return undefined;
  } catch (error) {
    const reason = isError(error) ? error.message || error.name : String(error);
    return redact(reason).slice(0, 300);
  } finally {
    clearTimeout(timer);
  }
}
