/**
 * What a question was answered with, for a while: some are dear, and the overview is looked at every few seconds. Whoever asks while it
 * is being asked shares the answer; a failure is not remembered.
 *
 * @param forMs how long an answer is good for, in milliseconds
 */
export function remembered<T>(forMs: number, now: () => number = Date.now) {
  const answers = new Map<string, { readonly at: number; readonly answer: Promise<T> }>();
  return (key: string, ask: () => Promise<T>): Promise<T> => {
    const known = answers.get(key);
    if (known && now() - known.at < forMs) return known.answer;
    const answer = ask();
    answers.set(key, { at: now(), answer });
    answer.catch(() => answers.delete(key));
    return answer;
  };
}
