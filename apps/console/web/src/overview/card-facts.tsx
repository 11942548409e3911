import type {
  Change as ChangeView,
  Proof as ProofView,
  ReadModelCard,
  WriteSideView,
} from '../../../src/contract/index.ts';
import { address } from '../app/place.ts';
import { Age, Hash, Moment, Shown, Unknown } from '../parts/facts.tsx';
import { Mark } from '../parts/mark.tsx';
import { bytes, counted, duration, number, position } from '../words/format.ts';

export function Proof({ proof }: { readonly proof: ProofView }) {
  const partitions = Object.entries(proof.watermark);
  return (
    <>
      <span>
        <Mark tone="ok">{proof.by === 'gate' ? 'gate passed' : 'verified'}</Mark>{' '}
        <Moment at={proof.provenAt} aged />
      </span>
      <span>
        digest <Hash>{proof.digest}</Hash>
      </span>
      {partitions.length === 0 ? (
        <Unknown why="the receipt is gone, and with it the watermark" />
      ) : (
        <details>
          <summary>
            watermark: {counted(partitions.length, 'partition')},{' '}
            {position(String(partitions.reduce((sum, [, end]) => sum + BigInt(end), 0n)))} events
          </summary>
          <code>{partitions.map(([partition, end]) => `${partition}:${position(end)}`).join('  ')}</code>
        </details>
      )}
      {proof.runId !== null && <a href={address(['runs', proof.runId])}>receipt</a>}
    </>
  );
}

type RollbackView = Extract<ReadModelCard['rollback'], { known: true }>['value'];

export function Rollback({ to, fresh, lacksEvents, sentence }: RollbackView) {
  return (
    <>
      <Mark tone={fresh ? 'ok' : 'warn'}>{rollbackWords(fresh, lacksEvents)}</Mark>
      <span>
        to <code>{to}</code>
      </span>
      {!fresh && <span className="quiet">{sentence}</span>}
    </>
  );
}

function rollbackWords(fresh: boolean, lacksEvents: number): string {
  if (fresh) return 'fresh: it would lose nothing';
  return lacksEvents === 0
    ? 'lacks nothing yet, but is not fed'
    : `lacks ${counted(lacksEvents, 'event')} now`;
}

export function DeadLetters({ card }: { readonly card: ReadModelCard }) {
  return (
    <Shown of={card.deadLetters}>
      {({ open, atLeast }) =>
        open === 0 ? (
          <span>0 open</span>
        ) : (
          <Mark tone="bad">
            <a href={address(['dead-letters'], { context: card.context, state: 'open' })}>
              {atLeast && 'at least '}
              {number(open)} open
            </a>
          </Mark>
        )
      }
    </Shown>
  );
}

/** Aggregates that wait, and documents that are to be built again. */
export function Held({ card }: { readonly card: ReadModelCard }) {
  return (
    <>
      <Shown of={card.heldBack}>
        {(held) =>
          held === 0 ? (
            <span>0 aggregates held back</span>
          ) : (
            <Mark tone="warn">{counted(held, 'aggregate')} held back</Mark>
          )
        }
      </Shown>
      <Shown of={card.repairs}>
        {({ open, failed, oldestOpenSeconds }) => (
          <span>
            {counted(open, 'repair')} open
            {oldestOpenSeconds !== null && `, the oldest for ${duration(oldestOpenSeconds)}`}
            {failed > 0 && <Mark tone="bad">, {number(failed)} failed</Mark>}
          </span>
        )}
      </Shown>
    </>
  );
}

export function Outbox({ side }: { readonly side: WriteSideView }) {
  return (
    <>
      <Shown of={side.unpublished}>
        {({ waiting, parked, oldestSeconds }) => (
          <span>
            {waiting === 0 ? '0 events wait to be published' : `${counted(waiting, 'event')} not published`}
            {oldestSeconds !== null && `, the oldest for ${duration(oldestSeconds)}`}
            {parked > 0 && <Mark tone="bad">{number(parked)} parked</Mark>}
          </span>
        )}
      </Shown>
      <span>
        relay: <Shown of={side.leader}>{({ name }) => <code>{name}</code>}</Shown>
      </span>
    </>
  );
}

type RoomView = Extract<ReadModelCard['room'], { known: true }>['value'];

export function Room({ enough, sizeBytes, sentence }: RoomView) {
  return (
    <span>
      <Mark tone={enough ? 'ok' : 'bad'}>
        {enough ? 'enough for a second copy' : 'not enough for a second copy'}
      </Mark>{' '}
      <span className="quiet">
        {sizeBytes !== null && `one takes ${bytes(sizeBytes)}`}
        {!enough && `; ${sentence}`}
      </span>
    </span>
  );
}

export function Change({ change }: { readonly change: ChangeView }) {
  return (
    <span>
      {change.what} <Age at={change.at} /> <span className="quiet">by </span>
      <Shown of={change.who}>{(who) => <span>{who}</span>}</Shown>
    </span>
  );
}
