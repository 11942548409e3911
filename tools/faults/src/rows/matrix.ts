import type { Row } from '../row.ts';
import { clockRows } from './clock.ts';
import { consumerRows } from './consumer.ts';
import { consumerStoreRows } from './consumer-store.ts';
import { cutoverRows } from './cutover.ts';
import { diskFullRows } from './disk-full.ts';
import { longLifeRows } from './long-life.ts';
import { longOutageRows } from './long-outages.ts';
import { millionRows } from './million.ts';
import { poisonRows } from './poison.ts';
import { rebuildKilledRows } from './rebuild-killed.ts';
import { rebuildLogRows } from './rebuild-log.ts';
import { rebuildRunRows } from './rebuild-run.ts';
import { rebuildSignalRows } from './rebuild-signals.ts';
import { relayRows } from './relay.ts';
import { serverSetUpRows } from './server-set-up.ts';
import { surroundingRows } from './surroundings.ts';
import { writeSideRows } from './write-side.ts';

/** Every row of the fault matrix, by group and number. */
export const matrix: readonly Row[] = [
  ...writeSideRows,
  ...relayRows,
  ...consumerRows,
  ...consumerStoreRows,
  ...poisonRows,
  ...rebuildKilledRows,
  ...cutoverRows,
  ...rebuildLogRows,
  ...rebuildRunRows,
  ...rebuildSignalRows,
  ...serverSetUpRows,
  ...diskFullRows,
  ...clockRows,
  ...longOutageRows,
  ...longLifeRows,
  ...millionRows,
  ...surroundingRows,
].toSorted((one, other) => rank(one.id) - rank(other.id));

function rank(id: string): number {
  const [, group = '', number = '', variant = ''] = /^([A-Z])(\d+)([a-z]?)$/.exec(id) ?? [];
  return (
    'WRCBV'.indexOf(group) * 10_000 + Number(number) * 100 + (variant === '' ? 0 : variant.charCodeAt(0) - 96)
  );
}
