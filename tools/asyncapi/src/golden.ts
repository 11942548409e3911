import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { canaryEventType } from '@reprise/events';

/** Most events of a type that its description shows. */
const shown = 2;

/**
 * Events of a type as the log has held them since it was released, from the golden files beside their contract; none where a context
 * keeps no such files. All contexts have the same canaries.
 * @param root the workspace
 */
export function goldenEvents(root: string, context: string, type: string): unknown[] {
  const kept = type === canaryEventType ? 'events/src/canary/golden' : `${context}/events/src/golden`;
  const file = join(root, 'libs', kept, `${type}.jsonl`);
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, 'utf8').split('\n');
  return lines
    .filter((line) => line !== '')
    .slice(0, shown)
    .map((line) => JSON.parse(line) as unknown);
}
