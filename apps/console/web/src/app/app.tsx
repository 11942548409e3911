import { useEffect, useRef, type ReactNode } from 'react';
import { ActingProvider } from '../acting/acting.tsx';
import { Live, useLive } from '../live/use-live.tsx';
import { Notice } from '../parts/notice.tsx';
import { utcClock } from '../words/moments.ts';
import { Header } from './header.tsx';
import { Login } from './login.tsx';
import { pageOf } from './pages.tsx';
import { usePlace } from './place.ts';
import { useSession } from './session.tsx';

export function App() {
  const { session, problem } = useSession();
  if (!session)
    return (
      <main className="login" id="content">
        <h1>Reprise console</h1>
        {problem === undefined ? (
          <p role="status">Asking who you are …</p>
        ) : (
          <Notice tone="bad" title="Not connected." alert>
            {problem} The page asks again every two seconds.
          </Notice>
        )}
      </main>
    );
  if (!session.user) return <Login session={session} />;
  return (
    <Live>
      <ActingProvider>
        <Header />
        <Troubles />
        <Page />
      </ActingProvider>
    </Live>
  );
}

/** What keeps everything that is seen from being true, above all of it. */
function Troubles() {
  const { connection, aheadMs, head } = useLive();
  const away = (head?.servers ?? []).filter(({ fault }) => fault !== null);
  return (
    <div className="troubles" role="status">
      {connection.state === 'lost' && (
        <Notice tone="bad" title="The console’s server does not answer.">
          {connection.heardAt === undefined
            ? 'Nothing is known yet.'
            : `What you see is as of ${utcClock(connection.heardAt + aheadMs)} UTC.`}{' '}
          The page tries again every two seconds. Runs do not depend on it.
        </Notice>
      )}
      {head?.problem && (
        <Notice tone="bad" title="The registry does not answer.">
          {head.problem}
        </Notice>
      )}
      {!head?.problem &&
        away.map(({ name, fault }) => (
          <Notice key={name} tone="bad" title={`${name} cannot be used.`}>
            {fault}
          </Notice>
        ))}
    </div>
  );
}

function Page() {
  const place = usePlace();
  const { title, body } = pageOf(place);
  return (
    <Main key={place.parts.join('/')} title={title}>
      {body}
    </Main>
  );
}

/** Says to a screen reader which page came, and takes the keyboard there; not for the first page, where the browser does. */
let first = true;
function Main({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  const main = useRef<HTMLElement>(null);
  useEffect(() => {
    document.title = `${title} · Reprise console`;
    if (!first) main.current?.focus({ preventScroll: true });
    if (!first) scrollTo(0, 0);
    first = false;
  }, [title]);
  return (
    <main id="content" tabIndex={-1} ref={main}>
      {children}
    </main>
  );
}
