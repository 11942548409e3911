import { ConfigurationError } from '@reprise/runtime';
import { readWriteApiConfiguration } from '@reprise/write-api';
import { productApi } from './product-api.ts';

const readProductApiConfiguration = (env: NodeJS.ProcessEnv): unknown =>
  readWriteApiConfiguration(productApi.settings, env, () => undefined);

const url = 'postgres://user@db.example/write';

describe('the configuration of the product API', () => {
  it('has a default for all but the database', () => {
    expect(readProductApiConfiguration({ WRITE_DATABASE_URL: url })).toMatchObject({
      writeDatabaseUrl: url,
      port: 3000,
      poolSize: 10,
      statementTimeoutMs: 5_000,
      idempotencyRetentionHours: 24,
    });
  });

  it('is read from the environment', () => {
    expect(
      readProductApiConfiguration({
        WRITE_DATABASE_URL: url,
        PRODUCT_API_PORT: '0',
        WRITE_DATABASE_POOL_SIZE: '3',
        WRITE_DATABASE_STATEMENT_TIMEOUT_MS: ' 250 ',
        IDEMPOTENCY_RETENTION_HOURS: '72',
      }),
    ).toMatchObject({
      port: 0,
      poolSize: 3,
      statementTimeoutMs: 250,
      idempotencyRetentionHours: 72,
    });
  });

  it('is refused with every problem at once', () => {
    const read = (): unknown =>
      readProductApiConfiguration({
        PRODUCT_API_PORT: 'x',
        WRITE_DATABASE_POOL_SIZE: '0',
        WRITE_DATABASE_STATEMENT_TIMEOUT_MS: '1e9',
        IDEMPOTENCY_RETENTION_HOURS: '-1',
      });
    expect(read).toThrow(ConfigurationError);
    for (const name of [
      'WRITE_DATABASE_URL',
      'PRODUCT_API_PORT',
      'WRITE_DATABASE_POOL_SIZE',
      'WRITE_DATABASE_STATEMENT_TIMEOUT_MS',
      'IDEMPOTENCY_RETENTION_HOURS',
    ]) {
      expect(read).toThrow(name);
    }
  });
});
