import type {
  DocumentToWrite,
  GenerationName,
  GenerationStore,
  Positions,
  Registry,
  WriteResult,
} from '@reprise/read-model-indices';
import { allAborted, gathering } from './gathering.ts';

/** What feeding needs of a store. */
export type FedStore = Pick<GenerationStore, 'read' | 'write' | 'writeWithPositions'>;

export type AdvancePositions = (generationUuid: string, to: Positions) => Promise<void>;

type Move = Parameters<NonNullable<GenerationStore['writeWithPositions']>>[2];

interface WriteCall {
  readonly name: GenerationName;
  readonly documents: readonly DocumentToWrite[];
  readonly signal: AbortSignal | undefined;
}

/** A call about more documents than this gains nothing from company, and would make the others wait. */
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
    ({ name }: WriteCall) => name,
    async (calls) => {
      const documents = calls.flatMap((call) => call.documents);
      const together = await store.write(calls[0].name, documents, allAborted(calls.map(signalOf)));
      return calls.map((call, index) => shareOf(together, call, index === 0));
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

function gatheredMoves(
  writeWithPositions: NonNullable<GenerationStore['writeWithPositions']>,
): NonNullable<GenerationStore['writeWithPositions']> {
  const write = gathering(
    ({ name, move: { generationUuid } }: WriteCall & { move: Move }) => `${name} ${generationUuid}`,
    async (calls) => {
      const [{ name, move }] = calls;
      const documents = calls.flatMap((call) => call.documents);
      const signal = allAborted(calls.map(signalOf));
      const positions = new Map(calls.flatMap((call) => [...call.move.positions]));
      const together = await writeWithPositions(name, documents, {
        generationUuid: move.generationUuid,
        positions,
        signal,
      });
      if (together.rejected.length === 0)
        return calls.map((call, index) => shareOf(together, call, index === 0));
      // No position has moved; those of the calls whose documents were all taken can.
      const alone: WriteResult[] = [];
      for (const call of calls) alone.push(await writeWithPositions(name, call.documents, call.move));
      return alone;
    },
  );
  return (name, documents, move) =>
    documents.length > fewDocuments || move.fence !== undefined
      ? writeWithPositions(name, documents, move)
      : write({ name, documents, move, signal: move.signal });
}

/** `Registry.advancePositions`, for the partitions that are done at the same moment in one statement. */
export function gatheredPositions(registry: Pick<Registry, 'advancePositions'>): AdvancePositions {
  const advance = gathering(
    ({ generationUuid }: { generationUuid: string; to: Positions }) => generationUuid,
    async (calls) => {
      await registry.advancePositions(calls[0].generationUuid, new Map(calls.flatMap(({ to }) => [...to])));
      return calls.map(() => undefined);
    },
  );
  return (generationUuid, to) => advance({ generationUuid, to });
}

function shareOf(together: WriteResult, { documents }: WriteCall, isFirst: boolean): WriteResult {
  const own = new Set(documents.map(({ id, version }) => `${version} ${id}`));
  return {
    written: isFirst ? together.written : 0,
    stale: isFirst ? together.stale : 0,
    rejected: together.rejected.filter(({ id, version }) => own.has(`${version} ${id}`)),
  };
}

function signalOf({ signal }: WriteCall): AbortSignal | undefined {
  return signal;
}
