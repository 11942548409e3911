import { DependencyError } from '@reprise/read-model-indices';

export type Dependency = ConstructorParameters<typeof DependencyError>[0];

const servers: Readonly<Record<string, string>> = {
  kafka: 'Kafka (KAFKA_BROKERS)',
  elasticsearch: 'Elasticsearch (ELASTICSEARCH_NODE)',
  postgres: 'Postgres (READ_MODEL_DATABASE_URL, EVENT_STORE_DATABASE_URL)',
};

/**
 * What a server answers, unless it takes longer than `withinMs`: one that accepts connections and then says nothing would keep
 * whoever asks for as long as its client is patient.
 *
 * @throws DependencyError naming the server and its setting; whatever the work throws
 */
export async function answered<T>(
  dependency: Dependency,
  asked: Promise<T>,
  withinMs: number | undefined,
): Promise<T> {
  if (withinMs === undefined) return asked;
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const message = `${servers[dependency] ?? dependency} did not answer within ${withinMs / 1_000} s. Nothing was changed. Look at the server, then run the same command again.`;
    timer = setTimeout(() => reject(new DependencyError(dependency, message)), withinMs);
  });
  try {
    return await Promise.race([asked, late]);
  } finally {
    clearTimeout(timer);
    // Nobody waits for it any more; unheard, a later failure would end the process.
    asked.catch(() => undefined);
  }
}
