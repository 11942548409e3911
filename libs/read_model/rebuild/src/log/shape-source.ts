import type { DescribedSource } from './described-source.ts';
import { pacedSource } from './paced-source.ts';
import { untilTime } from './until-time.ts';

/** A source as a run wants it: at its pace, and without what happened after its moment. */
export function shapeSource(
  source: DescribedSource,
  wanted: { readonly maxEventsPerSecond?: number; readonly untilTime?: Date },
): DescribedSource {
  const paced = wanted.maxEventsPerSecond ? pacedSource(source, wanted.maxEventsPerSecond) : source;
  return wanted.untilTime ? untilTime(paced, wanted.untilTime) : paced;
}
