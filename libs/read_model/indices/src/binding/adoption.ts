import type { Generation, GenerationState, ReadersTarget } from '../generation/generation.ts';
import { by, nameOfReaders, type ConfiguredBinding } from './binding.ts';

/** What a registry from before bindings were recorded shows about a projection. */
export interface Evidence {
  /** All generations of the projection. */
  readonly generations: readonly Pick<Generation, 'name' | 'state' | 'topic'>[];
  /** Aliases or views that runs have switched, by their receipts. */
  readonly switched: readonly string[];
  /** Where the configured readers are now. */
  readonly readers: ReadersTarget;
}

/** Nothing is left of these, or nothing ever came of them. */
const gone: readonly GenerationState[] = ['PRUNED', 'FAILED', 'ABANDONED'];

/**
 * Why an unbound registry cannot be taken for the configured one, as sentences; none when it can. Where readers are is the
 * truth: the registry is theirs if they are on one of its generations, built from the configured topic. Where they are on none
 * of them, everything it holds has to fit. Pure.
 */
export function obstaclesToAdoption(
  { generations, switched, readers }: Evidence,
  { projection, topic, storage, readers: name, settings }: Omit<ConfiguredBinding, 'clusterId'>,
): string[] {
  const kept = generations.filter(({ state }) => !gone.includes(state));
  const on =
    readers.kind === 'generation' ? kept.find((generation) => generation.name === readers.name) : undefined;
  if (on)
    return on.topic === topic
      ? []
      : [
          `${projection}: readers of "${name}" are on ${on.name}, which was built from the topic "${on.topic}", but "${topic}" is configured${by(settings?.topic)}`,
        ];
  const problems: string[] = [];
  const others = [...new Set(kept.map((generation) => generation.topic))].filter((one) => one !== topic);
  if (others.length > 0)
    problems.push(
      `${projection}: it holds generations of ${quoted(others)}, but the topic "${topic}" is configured${by(settings?.topic)}, and readers of "${name}" are on none of its generations`,
    );
  const live = kept.find(({ state }) => state === 'LIVE');
  if (live && !switched.includes(name))
    problems.push(
      `${projection}: its readers are on ${live.name}${switched.length > 0 ? ` through ${quoted(switched)}` : ''}, but the ${nameOfReaders(storage)} "${name}" is configured${by(settings?.readers)}`,
    );
  return problems;
}

function quoted(names: readonly string[]): string {
  return [...names]
    .sort()
    .map((name) => `"${name}"`)
    .join(', ');
}
