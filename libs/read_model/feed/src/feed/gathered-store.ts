import type {
  DocumentToWrite,
  GenerationName,
  GenerationStore,
  Positions,
  Registry,
  WriteResult,
} from '@reprise/read-model-indices';
import { gathering, whileWanted } from './gathering.ts';

/** What feeding needs from a store. */
export type FedStore = Pick<GenerationStore, 'read' | 'write' | 'writeWithPositions'>;

/** What feeding needs from the registry. */
export interface FedRegistry extends Pick<Registry, 'listGenerations' | 'positions'> {
  advancePositions(generationUuid: string, to: Positions): Promise<void>;
}

type WriteWithPositions = NonNullable<GenerationStore['writeWithPositions']>;

interface WriteCall {
  readonly name: GenerationName;
  readonly documents: readonly DocumentToWrite[];
}

/** A call with more documents than this gains nothing from being merged, and would make the others wait. */
const fewDocuments = 256;

/**
 * The store, with small calls made at the same moment sent to the server as one: the partitions of one fetch are fed side by
 * side, and with little in each, one request and one commit for all of them cost what every one of them would cost alone.
 *
 * Calls sent as one end together: aborted only when all of them are. Their `written` and `stale` are counted by the first.
 */
export function gathered(store: FedStore): FedStore {
  const read = gathering(
    ({ name }: { name: GenerationName; ids: readonly string[] }) => name,
    async (calls) => {
      const found = await store.read(calls[0].name, [...new Set(calls.flatMap(({ ids }) => ids))]);
      return calls.map(() => found);
    },
  );
  const write = gathering(
    ({ name }: WriteCall & { signal: AbortSignal | undefined }) => name,
    async (calls) => {
      const signals = calls.map(({ signal }) => signal);
      const together = await whileWanted(signals, (signal) =>
        store.write(calls[0].name, documentsOf(calls), signal),
      );
      return sharesOf(together, calls);
    },
  );
  return {
    read: (name, ids) => (ids.length > fewDocuments ? store.read(name, ids) : read({ name, ids })),
    write: (name, documents, signal) =>
      documents.length > fewDocuments
        ? store.write(name, documents, signal)
        : write({ name, documents, signal }),
    ...(store.writeWithPositions && {
      writeWithPositions: gatheredMoves(store.writeWithPositions.bind(store)),
    }),
  };
}

function gatheredMoves(writeWithPositions: WriteWithPositions): WriteWithPositions {
  const write = gathering(
    ({ name, move }: WriteCall & { move: Parameters<WriteWithPositions>[2] }) =>
      `${name} ${move.generationUuid}`,
    async (calls) => {
      const [{ name, move }] = calls;
      const signals = calls.map((call) => call.move.signal);
      const positions = new Map(calls.flatMap((call) => [...call.move.positions]));
      const together = await whileWanted(signals, (signal) =>
        writeWithPositions(name, documentsOf(calls), {
          generationUuid: move.generationUuid,
          positions,
          ...(signal && { signal }),
        }),
      );
      if (calls.length === 1 || together.rejected.length === 0) return sharesOf(together, calls);
      // No position has moved; those of the calls whose documents were all taken can. Documents are found stale this time.
      const alone: WriteResult[] = [];
      for (const call of calls) alone.push(await writeWithPositions(name, call.documents, call.move));
      return alone;
    },
  );
  return (name, documents, move) =>
    documents.length > fewDocuments || move.fence !== undefined
      ? writeWithPositions(name, documents, move)
      : write({ name, documents, move });
}

/** The registry, with positions of partitions that are done at the same moment moved in one statement. */
export function gatheredRegistry(registry: FedRegistry): FedRegistry {
  const advance = gathering(
    ({ generationUuid }: { generationUuid: string; to: Positions }) => generationUuid,
    async (calls) => {
      await registry.advancePositions(calls[0].generationUuid, new Map(calls.flatMap(({ to }) => [...to])));
      return calls.map(() => undefined);
    },
  );
  return {
    listGenerations: (filter) => registry.listGenerations(filter),
    positions: (generationUuid) => registry.positions(generationUuid),
    advancePositions: (generationUuid, to) => advance({ generationUuid, to }),
  };
}

function documentsOf(calls: readonly WriteCall[]): DocumentToWrite[] {
  return calls.flatMap(({ documents }) => documents);
}

/** Splits the result of one joint write into the result of each call. */
function sharesOf(together: WriteResult, calls: readonly WriteCall[]): WriteResult[] {
  return calls.map(({ documents }, index) => {
    const own = new Set(documents.map(({ id, version }) => `${version} ${id}`));
    return {
      written: index === 0 ? together.written : 0,
      stale: index === 0 ? together.stale : 0,
      rejected: together.rejected.filter(({ id, version }) => own.has(`${version} ${id}`)),
    };
  });
}
