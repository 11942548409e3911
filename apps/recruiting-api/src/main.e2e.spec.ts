import { randomUUID } from 'node:crypto';
import {
  documentedMetrics,
  exposedMetrics,
  freshDatabase,
  metricProblems,
  metricsOf,
  spawnApp,
  testKeyEnv,
  type SpawnedApp,
} from '@reprise/test-kit';
import { callsTo } from '@reprise/write-api/testing';
import { ada, recruitingSide } from './testing/recruiting-side.ts';

const start = (env: Record<string, string>): SpawnedApp =>
  spawnApp('apps/recruiting-api/src/main.ts', { env: { RECRUITING_API_PORT: '0', ...env } });

describe('the process', () => {
  it('serves under its own settings, counts its commands by aggregate, and ends with 0 on SIGTERM', async () => {
    const side = await recruitingSide(2);
    const app = start({ RECRUITING_WRITE_DATABASE_URL: side.applicationUrl });
    const { origin } = await app.ready();
    const call = callsTo(origin);
    expect((await call('POST', '/v1/candidates', { body: ada })).status).toBe(201);
    for (const path of [`/v1/leads/${randomUUID()}`, `/v1/candidates/${randomUUID()}`, `/${randomUUID()}`])
      expect((await call('GET', path)).status).toBe(404);
    const metrics = await metricsOf(origin);
    expect(metrics).toMatch(
      /^candidate_commands_total\{command="register",outcome="written",app="recruiting-api"\} 1$/m,
    );
    expect(metrics).toMatch(/^outbox_unpublished_events\{app="recruiting-api"\} 1$/m);
    // The page names those of products; each aggregate has its own.
    const documented = documentedMetrics('product-api').flatMap((name) =>
      name.startsWith('product_') ? ['candidate', 'lead'].map((one) => name.replace('product', one)) : [name],
    );
    expect(exposedMetrics(metrics)).toEqual(documented.sort());
    const secrets = [new URL(side.applicationUrl).password, testKeyEnv.REPRISE_API_KEY];
    expect(metricProblems(metrics, secrets)).toEqual([]);
    const sessions = await side.asAdmin(
      `SELECT DISTINCT application_name AS name, usename AS role FROM pg_stat_activity
       WHERE datname = current_database() AND application_name = 'recruiting-api'`,
    );
    expect(sessions.rows).toEqual([{ name: 'recruiting-api', role: 'reprise_recruiting_api' }]);
    expect(await app.kill('SIGTERM')).toEqual({ code: 0, signal: null });
  });

  it('does not start with settings it cannot use, and names all of them', async () => {
    const app = start({
      WRITE_DATABASE_URL: 'postgres://another@context.example/write',
      RECRUITING_WRITE_DATABASE_URL: '',
      RECRUITING_WRITE_DATABASE_POOL_SIZE: 'many',
      RECRUITING_IDEMPOTENCY_RETENTION_HOURS: '-1',
    });
    expect(await app.exit()).toMatchObject({ code: 1 });
    const last = app.output.at(-1)?.text;
    expect(last).toContain('RECRUITING_WRITE_DATABASE_URL is not set');
    expect(last).toContain('RECRUITING_WRITE_DATABASE_POOL_SIZE must be');
    expect(last).toContain('RECRUITING_IDEMPOTENCY_RETENTION_HOURS must be');
  });

  it('does not start on a database that lacks migrations, and says what to run', async () => {
    const { url } = await freshDatabase('write');
    const app = start({ RECRUITING_WRITE_DATABASE_URL: url });
    expect(await app.exit()).toMatchObject({ code: 1 });
    expect(app.output.at(-1)?.text).toContain('npm run -s migrate');
  });
});
