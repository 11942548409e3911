import { Button } from 'react-aria-components';
import { useLive, useNow } from '../live/use-live.tsx';
import { duration } from '../words/format.ts';
import { utcClock } from '../words/moments.ts';
import { usePlace } from './place.ts';
import { useSession, useUser } from './session.tsx';
import { themes, useTheme } from './theme.ts';

const pages = [
  ['', 'Overview'],
  ['runs', 'Runs'],
  ['generations', 'Generations'],
  ['dead-letters', 'Dead letters'],
  ['aggregates', 'Aggregate'],
  ['drift', 'Repair and drift'],
  ['write-side', 'Write side'],
  ['actions', 'Actions'],
  ['audit', 'Audit'],
  ['configuration', 'Configuration'],
] as const;

export function Header() {
  const { session, user } = useUser();
  const { environment, access } = session;
  const { logOut } = useSession();
  const [current = ''] = usePlace().parts;
  return (
    <header className="top">
      <a
        className="skip"
        href="#content"
        onClick={(event) => {
          event.preventDefault();
          document.getElementById('content')?.focus();
        }}
      >
        Skip to the content
      </a>
      <div className="top-line">
        <a className="brand" href="./">
          Reprise
        </a>
        <span className={environment.production ? 'environment production' : 'environment'}>
          {environment.production && <b>production: </b>}
          {environment.name}
        </span>
        <LiveSign />
        <span className="who">
          {user.name} · {user.role}
          {session.readOnly && ' · read-only'}
        </span>
        <ThemeSwitch />
        {access === 'required' && (
          <Button className="button small" onPress={() => void logOut().catch(() => undefined)}>
            Log out
          </Button>
        )}
      </div>
      <nav aria-label="Pages">
        <ul>
          {pages.map(([path, name]) => (
            <li key={path}>
              <a href={path === '' ? './' : path} aria-current={current === path ? 'page' : undefined}>
                {name}
              </a>
            </li>
          ))}
        </ul>
      </nav>
    </header>
  );
}

/** Whether what is seen is of now. */
function LiveSign() {
  const { connection, aheadMs } = useLive();
  const now = useNow();
  const { state, heardAt } = connection;
  const silent = heardAt === undefined ? undefined : Math.max(0, (now - aheadMs - heardAt) / 1000);
  return (
    <span className={`live live-${state}`} title={`${utcClock(now)} UTC by the console’s clock`}>
      {state === 'open' && silent !== undefined && `live, heard ${duration(Math.floor(silent))} ago`}
      {state === 'connecting' && 'connecting'}
      {state === 'lost' && 'not live'}
      {aheadMs !== 0 && (
        <span className="quiet">
          {' '}
          (this computer’s clock is {duration(Math.abs(aheadMs) / 1000)} {aheadMs > 0 ? 'behind' : 'ahead'})
        </span>
      )}
    </span>
  );
}

function ThemeSwitch() {
  const [theme, choose] = useTheme();
  return (
    <label className="theme">
      Theme{' '}
      <select
        value={theme}
        onChange={(event) => choose(themes.find((name) => name === event.target.value) ?? 'system')}
      >
        {themes.map((name) => (
          <option key={name}>{name}</option>
        ))}
      </select>
    </label>
  );
}
