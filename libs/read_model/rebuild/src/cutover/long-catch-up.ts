/** So many events are fed in a moment. */
const unannounced = 10_000;
const parts = 5;

/**
 * Says that readers wait for a long catch-up, and how far it is after each fifth of it.
 *
 * @param lacking events that the generation lacks when it begins
 * @returns what is called with the number of events that were fed, each time some were
 */
export function announceCatchUp(
  name: string,
  lacking: number,
  onNotice: ((line: string) => void) | undefined,
): (fed: number) => void {
  if (lacking < unannounced || !onNotice) return () => undefined;
  const count = (events: number) => events.toLocaleString('en');
  onNotice(
    `feeding ${count(lacking)} events that ${name} lacks; readers are moved after that, and stay where they are if this is stopped`,
  );
  let done = 0;
  return (fed) => {
    const before = Math.floor((parts * done) / lacking);
    done += fed;
    if (Math.floor((parts * done) / lacking) > before)
      onNotice(`fed ${count(Math.min(done, lacking))} of ${count(lacking)} events`);
  };
}
