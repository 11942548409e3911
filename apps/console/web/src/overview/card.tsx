import type { ReadModelCard, WriteSideView } from '../../../src/contract/index.ts';
import { ActionButtons } from '../acting/action-buttons.tsx';
import { address } from '../app/place.ts';
import { Chart } from '../parts/chart.tsx';
import { CommandLine } from '../parts/copy.tsx';
import { Age, Fact, Facts, Moment, Shown, Unknown } from '../parts/facts.tsx';
import { Mark } from '../parts/mark.tsx';
import { freshnessWords, servingWord } from '../words/verdicts.ts';
import { Change, DeadLetters, Held, Outbox, Proof, Rollback, Room } from './card-facts.tsx';
import { Running } from './running.tsx';

/** One read model. The order of its lines is the order of the questions. */
export function Card({
  card,
  writeSide,
}: {
  readonly card: ReadModelCard;
  readonly writeSide: WriteSideView | undefined;
}) {
  const { projection, serving } = card;
  const { tone, word } = servingWord(serving);
  return (
    <article
      className={`card edge-${tone}`}
      id={projection}
      tabIndex={-1}
      aria-labelledby={`${projection}-name`}
    >
      <header>
        <h3 id={`${projection}-name`}>
          <a href={address(['generations', projection])}>{projection}</a>
        </h3>
        <Mark tone={tone}>{word}</Mark>
        <span className="quiet">
          {card.storage}, read through <code>{serving.readers}</code>
        </span>
      </header>
      {tone !== 'ok' && <p className="verdict">{serving.sentence}</p>}
      {serving.caveats.map((caveat) => (
        <p key={caveat} className="quiet">
          {caveat}
        </p>
      ))}
      {serving.next !== null && (
        <p className="next">
          Next:{' '}
          {isCommand(serving.next) ? (
            <CommandLine label={`Copy the next step of ${projection}`}>{serving.next}</CommandLine>
          ) : (
            serving.next
          )}
        </p>
      )}
      <Facts>
        <Fact name="served from">
          <Shown of={serving.generation}>
            {(generation) => (
              <>
                <code>{generation.name}</code>
                <span className="quiet">
                  {generation.state}, version {generation.projectionVersion}, fingerprint{' '}
                  {generation.fingerprint.slice(0, 8)}
                  {generation.untilTs !== null && `, as of ${generation.untilTs}`}
                </span>
                <span>
                  since <Moment at={generation.since} aged />
                </span>
              </>
            )}
          </Shown>
        </Fact>
        <Fact name="freshness">
          <Shown of={card.freshness}>{(freshness) => <span>{freshnessWords(freshness)}</span>}</Shown>
          <Chart
            name="Seconds behind"
            unit="s behind"
            height={72}
            points={card.freshnessTrend.map(({ at, seconds }) => ({ at: Date.parse(at), value: seconds }))}
          />
        </Fact>
        <Fact name="last proof">
          <Shown of={card.proof}>{(proof) => <Proof proof={proof} />}</Shown>
        </Fact>
        <Fact name="run">
          {card.running === null ? (
            <span className="quiet">none is running</span>
          ) : (
            <Running {...card.running} />
          )}
        </Fact>
        {card.stalled !== null && (
          <Fact name="stands still">
            <Mark tone="warn">{card.stalled}</Mark>
          </Fact>
        )}
        <Fact name="rollback">
          <Shown of={card.rollback}>{(rollback) => <Rollback {...rollback} />}</Shown>
        </Fact>
        <Fact name="dead letters">
          <DeadLetters card={card} />
          <Held card={card} />
        </Fact>
        <Fact name="write side">
          {writeSide ? <Outbox side={writeSide} /> : <Unknown why="nothing was heard of it yet" />}
        </Fact>
        <Fact name="room">
          <Shown of={card.room}>{(room) => <Room {...room} />}</Shown>
        </Fact>
        <Fact name="changed last">
          {card.changes.length === 0 ? (
            <span className="quiet">nothing is written down</span>
          ) : (
            <Change change={card.changes[0]!} />
          )}
          {card.changes.length > 1 && (
            <details>
              <summary>{card.changes.length - 1} earlier</summary>
              <ul className="plain">
                {card.changes.slice(1).map((change) => (
                  <li key={`${change.at} ${change.what}`}>
                    <Change change={change} />
                  </li>
                ))}
              </ul>
            </details>
          )}
        </Fact>
        {card.recommendation && (
          <Fact name="needs a rebuild">
            <Mark tone="warn">{card.recommendation.sentence}</Mark>
            <Shown of={card.recommendation.predicted}>
              {({ verdict, at }) => (
                <span>
                  {verdict} <Age at={at} />
                </span>
              )}
            </Shown>
            <CommandLine label={`Copy the plan of ${projection}`}>
              {card.recommendation.planCommandLine}
            </CommandLine>
          </Fact>
        )}
      </Facts>
      <ActionButtons projection={projection} actions={card.actions} />
    </article>
  );
}

/** Where no command line is the next step, a sentence says what is. */
function isCommand(next: string): boolean {
  return /^(\.\/|npx |npm |reprise )/.test(next);
}
