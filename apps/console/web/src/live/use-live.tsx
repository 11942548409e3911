import { createContext, useContext, useEffect, useState, useSyncExternalStore, type ReactNode } from 'react';
import { useSession, useUser } from '../app/session.tsx';
import { nothingYet, type LiveState } from './live-state.ts';
import { LiveStream } from './live-stream.ts';

const LiveContext = createContext<LiveState>(nothingYet);

/** Holds the stream open while somebody is logged in. */
export function Live({ children }: { readonly children: ReactNode }) {
  const { look } = useSession();
  const { user } = useUser();
  const [stream] = useState(() => new LiveStream(look));
  useEffect(() => {
    stream.role = user.role;
  }, [stream, user.role]);
  useEffect(() => {
    stream.start();
    return () => stream.stop();
  }, [stream]);
  const state = useSyncExternalStore(stream.subscribe, stream.state);
  return <LiveContext value={state}>{children}</LiveContext>;
}

export function useLive(): LiveState {
  return useContext(LiveContext);
}

/** The time by the console's clock, once a second: this computer's may be another. @returns milliseconds since 1970 */
export function useNow(): number {
  const { aheadMs } = useLive();
  return useSyncExternalStore(everySecond, seconds) * 1000 + aheadMs;
}

const seconds = (): number => Math.floor(Date.now() / 1000);

function everySecond(changed: () => void): () => void {
  const timer = setInterval(changed, 1000);
  return () => clearInterval(timer);
}
