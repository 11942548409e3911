import { dashboardOf, type Board } from './board.ts';
import { liveFeed } from './live-feed.ts';
import { onCall } from './on-call.ts';
import { rebuilds } from './rebuilds.ts';
import { serviceLevels } from './service-levels.ts';
import { writeSide } from './write-side.ts';

/** All dashboards. */
export const boards: readonly Board[] = [onCall, writeSide, liveFeed, rebuilds, serviceLevels];

/** The file of a dashboard, as it stands in the chart. */
export function fileOf(board: Board): { readonly name: string; readonly text: string } {
  return { name: `${board.name}.json`, text: `${JSON.stringify(dashboardOf(board), null, 2)}\n` };
}
