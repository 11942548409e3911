import type { Row } from '../row.ts';
import { consumerRows } from './consumer.ts';
import { cutoverRows } from './cutover.ts';
import { rebuildKilledRows } from './rebuild-killed.ts';
import { rebuildLogRows } from './rebuild-log.ts';
import { rebuildRunRows } from './rebuild-run.ts';
import { relayRows } from './relay.ts';
import { writeSideRows } from './write-side.ts';

/** Every row of the fault matrix, in its order. */
export const matrix: readonly Row[] = [
  ...writeSideRows,
  ...relayRows,
  ...consumerRows,
  ...rebuildKilledRows,
  ...cutoverRows,
];
