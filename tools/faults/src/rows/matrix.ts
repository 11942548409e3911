import type { Row } from '../row.ts';
import { consumerRows } from './consumer.ts';
import { relayRows } from './relay.ts';
import { writeSideRows } from './write-side.ts';

/** Every row of the fault matrix, in its order. */
export const matrix: readonly Row[] = [...writeSideRows, ...relayRows, ...consumerRows];
