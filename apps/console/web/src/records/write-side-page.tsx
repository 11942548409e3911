import { Outbox } from '../overview/card-facts.tsx';
import { useLive } from '../live/use-live.tsx';
import { Fact, Facts } from '../parts/facts.tsx';
import { address } from '../app/place.ts';

/** What was committed and is not in the log yet, per context. */
export function WriteSidePage() {
  const { writeSides } = useLive();
  return (
    <>
      <h1>Write side</h1>
      {writeSides.size === 0 && <p role="status">Nothing was heard of it yet.</p>}
      <div className="cards">
        {[...writeSides.values()].map((side) => (
          <article key={side.context} className="card">
            <header>
              <h2>{side.context}</h2>
            </header>
            <Facts>
              <Fact name="outbox">
                <Outbox side={side} />
              </Fact>
              <Fact name="log">
                <code>{side.topic}</code>
              </Fact>
              <Fact name="dead letters">
                <a href={address(['dead-letters'], { context: side.context })}>{side.deadLetterTopic}</a>
              </Fact>
            </Facts>
          </article>
        ))}
      </div>
    </>
  );
}
