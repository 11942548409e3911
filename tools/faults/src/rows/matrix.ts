import type { Row } from '../row.ts';
import { clockRows } from './surroundings/clock.ts';
import { consumerRows } from './consumer/consumer.ts';
import { consumerStoreRows } from './consumer/consumer-store.ts';
import { cutoverRows } from './rebuild/cutover.ts';
import { diskFullRows } from './surroundings/disk-full.ts';
import { longLifeRows } from './surroundings/long-life.ts';
import { longOutageRows } from './surroundings/long-outages.ts';
import { millionRows } from './rebuild/million.ts';
import { poisonRows } from './consumer/poison.ts';
import { rebuildKilledRows } from './rebuild/rebuild-killed.ts';
import { rebuildLogRows } from './rebuild/rebuild-log.ts';
import { rebuildRunRows } from './rebuild/rebuild-run.ts';
import { rebuildSignalRows } from './rebuild/rebuild-signals.ts';
import { relayRows } from './write-side/relay.ts';
import { serverSetUpRows } from './surroundings/server-set-up.ts';
import { surroundingRows } from './surroundings/surroundings.ts';
import { writeSideRows } from './write-side/write-side.ts';

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
