import { startWriteApi, type StartedApi } from '@reprise/write-api/testing';
import { productApi } from '../product-api.ts';

/** The product API on its own port; it is closed at the end of the test file. */
export function startApi(
  writeDatabaseUrl: string,
  options: Parameters<typeof startWriteApi>[2] = {},
): Promise<StartedApi> {
  return startWriteApi(productApi, writeDatabaseUrl, options);
}
