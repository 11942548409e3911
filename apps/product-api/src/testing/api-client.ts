import { type HttpLimits } from '@reprise/runtime/http';
import { startWriteApi, type StartedApi } from '@reprise/write-api/testing';
import { productApi } from '../product-api.ts';

/** The product API on its own port; it is closed at the end of the test file. */
export function startApi(
  writeDatabaseUrl: string,
  options: { statementTimeoutMs?: number; limits?: Partial<HttpLimits> } = {},
): Promise<StartedApi> {
  return startWriteApi(productApi, writeDatabaseUrl, options);
}
