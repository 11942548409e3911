import type { ReadModelCard } from '../../../src/contract/index.ts';
import { Moment } from '../parts/facts.tsx';
import { Mark } from '../parts/mark.tsx';
import { Notice } from '../parts/notice.tsx';
import { useLive } from '../live/use-live.tsx';
import { summary, troubles } from '../words/verdicts.ts';
import { Card } from './card.tsx';

/** The first screen: what an operator asks at night, in the order they ask it. */
export function OverviewPage() {
  const { head, cards, writeSides, problem } = useLive();
  if (!head)
    return (
      <>
        <h1>Overview</h1>
        {problem === undefined ? (
          <p role="status">Looking at registry, log and stores …</p>
        ) : (
          <Notice tone="bad" title="Whether anything is served is unknown." alert>
            {problem}
          </Notice>
        )}
      </>
    );
  const all = [...cards.values()];
  const { tone, words } = summary(all, head.servers);
  const attention = all.filter((card) => troubles(card).length > 0);
  return (
    <>
      <section className={`summary tone-${tone}`} aria-label="Summary">
        <h1>
          <Mark tone={tone}>{words}</Mark>
        </h1>
        <span className="quiet">
          as of <Moment at={head.at} aged /> · release {head.environment.version}
        </span>
        {attention.length > 0 && (
          <ul className="attention">
            {attention.map((card) => (
              <li key={card.projection}>
                <a href={`#${card.projection}`} onClick={(event) => toCard(event, card)}>
                  {card.projection}
                </a>
                : {troubles(card).join(' · ')}
              </li>
            ))}
          </ul>
        )}
      </section>
      {contextsOf(all).map((context) => (
        <section key={context} className="context" aria-label={`Context ${context}`}>
          <h2>{context}</h2>
          <div className="cards">
            {all
              .filter((card) => card.context === context)
              .map((card) => (
                <Card key={card.projection} card={card} writeSide={writeSides.get(context)} />
              ))}
          </div>
        </section>
      ))}
    </>
  );
}

function contextsOf(cards: readonly ReadModelCard[]): string[] {
  return [...new Set(cards.map(({ context }) => context))];
}

/** The base of the pages is not their address, so the browser would leave for another page. */
function toCard(event: { preventDefault(): void }, { projection }: ReadModelCard): void {
  event.preventDefault();
  const card = document.getElementById(projection);
  card?.scrollIntoView({ block: 'start' });
  card?.focus({ preventScroll: true });
}
