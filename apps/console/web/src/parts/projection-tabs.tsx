import { useLive } from '../live/use-live.tsx';
import { address } from '../app/place.ts';

/** Chooses a read model, for pages about one. */
export function ProjectionTabs({
  page,
  current,
}: {
  readonly page: string;
  readonly current: string | undefined;
}) {
  const { cards } = useLive();
  return (
    <nav aria-label="Read models" className="tabs">
      <ul>
        {[...cards.keys()].map((projection) => (
          <li key={projection}>
            <a href={address([page, projection])} aria-current={projection === current ? 'page' : undefined}>
              {projection}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  );
}

/** The read model that a page is about: the one in its address, else the first. */
export function useProjection(named: string | undefined): string | undefined {
  const { cards } = useLive();
  return named ?? [...cards.keys()][0];
}
