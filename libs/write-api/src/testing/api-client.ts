import type { AccessConfiguration } from '@reprise/access';
import { createLogger } from '@reprise/runtime';
import type { HttpApplication, HttpLimits } from '@reprise/http';
import { afterFile, testAccess, testCredential } from '@reprise/test-kit';
import { createWriteApi, writeDatabaseOf } from '../service/serve.ts';
import { type WriteApi } from '../service/write-api.ts';

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  /** The parsed body; undefined when there is none. */
  readonly body: Readonly<Record<string, unknown>> | undefined;
}

export interface CallOptions {
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON; a string is sent as it stands. */
  readonly body?: unknown;
}

export type Call = (method: string, path: string, options?: CallOptions) => Promise<Answer>;

/** Calls to an API, and where it listens. */
export type StartedApi = Call & { readonly origin: string; readonly routes: HttpApplication['routes'] };

/** A write API on its own port; it is closed at the end of the test file. */
export async function startWriteApi(
  api: WriteApi,
  writeDatabaseUrl: string,
  {
    limits,
    access = testAccess,
    ...more
  }: { statementTimeoutMs?: number; limits?: Partial<HttpLimits>; access?: AccessConfiguration } = {},
): Promise<StartedApi> {
  const logger = createLogger(api.name, { level: 'silent' });
  const configuration = { writeDatabaseUrl, poolSize: 10, statementTimeoutMs: 10_000, ...more };
  const database = writeDatabaseOf(api, configuration, logger);
  await database.connect();
  const application = await createWriteApi(api, database, access, logger, limits);
  afterFile(() => application.close());
  const origin = `http://127.0.0.1:${await application.listen(0)}`;
  return Object.assign(callsTo(origin), { origin, routes: application.routes });
}

/** Requests to one server, as whoever may do everything unless the headers say otherwise. */
export function callsTo(origin: string): Call {
  return async (method, path, { headers = {}, body } = {}) => {
    const response = await fetch(`${origin}${path}`, {
      method,
      headers: {
        ...testCredential,
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    return {
      status: response.status,
      headers: response.headers,
      body: text === '' ? undefined : (JSON.parse(text) as Record<string, unknown>),
    };
  };
}

/** The status and the last part of the type of a problem, after everything every problem has to have was checked. */
export function problemOf({ status, headers, body }: Answer): string {
  expect(headers.get('content-type')).toMatch(/^application\/problem\+json(?:;|$)/);
  expect(body).toMatchObject({
    status,
    title: expect.any(String),
    detail: expect.any(String),
    instance: expect.any(String),
    correlationId: headers.get('x-correlation-id'),
  });
  expect(JSON.stringify(body)).not.toMatch(/node_modules|\.ts:|SELECT|INSERT/);
  return `${status} ${String(body?.['type']).replace('urn:reprise:problem:', '')}`;
}
