import type { StorageDefinition } from '@reprise/read-model-documents';
import { commandLine } from '@reprise/runtime/commands';

/** The event log and the readers that a projection has in a registry. */
export interface Binding {
  readonly projection: string;
  readonly topic: string;
  /** Kafka's own id of its cluster; undefined while it is not known. */
  readonly clusterId: string | undefined;
  readonly storage: StorageDefinition['kind'];
  /** The read alias or view. */
  readonly readers: string;
}

/** What a process is configured for, with the variables that set it, where it knows them. */
export interface ConfiguredBinding extends Binding {
  readonly settings?: { readonly topic?: string; readonly readers?: string } | undefined;
}

/** A binding as the registry holds it. */
export interface HeldBinding extends Binding {
  readonly boundAt: Date;
}

/** A process is configured for another event log or other readers than its registry belongs to. Nothing was changed. */
export class BoundElsewhere extends Error {
  readonly code = 'BOUND_ELSEWHERE';
  readonly retryable = false;
  readonly problems: readonly string[];

  /** @param registry the database, without user or password */
  constructor(registry: string, problems: readonly string[]) {
    super(
      `The read-model database ${registry} (READ_MODEL_DATABASE_URL) belongs to an event log or readers other than those configured:\n` +
        problems.map((problem) => `  - ${problem}\n`).join('') +
        'Nothing was changed. If the configuration is wrong, correct the settings named. If this is another environment, give it its own ' +
        `read-model database: create it, set READ_MODEL_DATABASE_URL, and run ${commandLine.migrate()}. If log or readers moved on ` +
        `purpose, see what would change: ${commandLine.rebindDryRun('all')}`,
    );
    this.name = 'BoundElsewhere';
    this.problems = problems;
  }
}

/**
 * What of a configuration does not fit the bindings of a registry, as sentences that name both sides and the setting. Pure.
 *
 * @param held every binding of the registry
 * @param brokers where the configured cluster was asked for its id, for the message
 */
export function differences(
  held: readonly HeldBinding[],
  configured: ConfiguredBinding,
  brokers: readonly string[],
): string[] {
  const { projection, topic, clusterId, storage, readers, settings } = configured;
  const other = held.find(
    (one) => one.projection !== projection && one.storage === storage && one.readers === readers,
  );
  const problems =
    other === undefined
      ? []
      : [
          `${projection}: ${nameOfReaders(storage)} "${readers}" is configured${by(settings?.readers)}, but it is where readers of ${other.projection} are`,
        ];
  const own = held.find((one) => one.projection === projection);
  if (own === undefined) return problems;
  const bound = `${projection}: bound since ${own.boundAt.toISOString()} to the`;
  if (own.topic !== topic)
    problems.push(`${bound} topic "${own.topic}", but "${topic}" is configured${by(settings?.topic)}`);
  if (own.storage !== storage || own.readers !== readers)
    problems.push(
      `${bound} ${nameOfReaders(own.storage)} "${own.readers}", but the ${nameOfReaders(storage)} "${readers}" is configured${by(settings?.readers)}`,
    );
  if (own.clusterId !== undefined && clusterId !== undefined && own.clusterId !== clusterId)
    problems.push(
      `${bound} Kafka cluster ${own.clusterId}, but ${brokers.join(', ')} (KAFKA_BROKERS) is cluster ${clusterId}`,
    );
  return problems;
}

export function nameOfReaders(storage: Binding['storage']): string {
  if (storage === 'elasticsearch') return 'alias';
  return storage === 'postgres' ? 'view' : `name of readers in ${storage}`;
}

/** The variable that sets something, where one does. */
export function by(variable: string | undefined): string {
  return variable === undefined ? '' : ` (${variable})`;
}
