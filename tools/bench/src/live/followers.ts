import { credentialOf } from '@reprise/access';

/** Pages of the console that are open, as far as the console knows them. */
export interface Followers {
  /** How many events each was sent until now. */
  readonly sent: () => readonly number[];
  /** How often the console has looked at everything since they follow it: each look is sent as one event. */
  readonly looks: () => number;
  /** @throws Error when the console ended one of their streams before */
  stop(): Promise<void>;
}

/**
 * Follows the console as `count` browsers with its first screen do: each asks for the overview, then for its stream of events. What a
 * browser does with them is left out: it runs on the machine of whoever looks.
 */
export async function follow(origin: string, count: number): Promise<Followers> {
  const stopped = new AbortController();
  const headers = credentialOf(process.env);
  const sent = Array.from({ length: count }, () => 0);
  let looks = 0;
  const ask = async (path: string) => {
    const answer = await fetch(`${origin}/ops/v1/${path}`, { headers, signal: stopped.signal });
    if (!answer.ok) throw new Error(`The console answered ${answer.status}: ${await answer.text()}`);
    return answer;
  };
  const read = async ({ body }: Response, index: number): Promise<void> => {
    const decoder = new TextDecoder();
    try {
      for await (const chunk of body!) {
        const names = decoder.decode(chunk, { stream: true }).match(/^event: .*/gm) ?? [];
        sent[index]! += names.length;
        if (index === 0) looks += names.filter((name) => name === 'event: overview').length;
      }
    } catch (error) {
      if (!stopped.signal.aborted) throw error;
    }
    if (!stopped.signal.aborted) throw new Error('The console ended a stream of events.');
  };
  const streams = await Promise.all(
    sent.map(async () => {
      await (await ask('overview')).json();
      return ask('live');
    }),
  );
  const all = Promise.all(streams.map(read));
  // Seen when they are stopped.
  all.catch(() => undefined);
  return {
    sent: () => [...sent],
    looks: () => looks,
    stop: async () => {
      stopped.abort();
      await all;
    },
  };
}
