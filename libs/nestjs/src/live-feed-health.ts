import type { LiveFeedTransport } from './live-feed-transport.ts';

/** What `@nestjs/terminus` takes from an indicator. */
export type HealthIndicatorResult = Readonly<
  Record<string, { readonly status: 'up' | 'down'; readonly failed?: readonly string[] }>
>;

/** Whether the read models are fed, for the application's own health endpoint. */
export class LiveFeedHealth {
  readonly #transport: Pick<LiveFeedTransport, 'ready'>;

  constructor(transport: Pick<LiveFeedTransport, 'ready'>) {
    this.#transport = transport;
  }

  /** Why each check fails, by its name; undefined where it passes. Reasons name servers: they are for logs, not for strangers. */
  async look(): Promise<ReadonlyMap<string, string | undefined>> {
    const checks = Object.entries(this.#transport.ready);
    const reasons = await Promise.all(
      checks.map(([, check]) =>
        check().then(
          () => undefined,
          (error: unknown) => (error instanceof Error ? error.message : String(error)),
        ),
      ),
    );
    return new Map(checks.map(([name], index) => [name, reasons[index]]));
  }

  /** An indicator for terminus: `health.check([() => liveFeed.isHealthy()])`. It names the failed checks without their reasons. */
  async isHealthy(key = 'reprise'): Promise<HealthIndicatorResult> {
    const failed = [...(await this.look())].flatMap(([name, reason]) => (reason === undefined ? [] : [name]));
    return { [key]: failed.length === 0 ? { status: 'up' } : { status: 'down', failed } };
  }
}
