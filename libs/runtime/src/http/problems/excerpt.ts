/** Longest text of a caller that an answer or a log line repeats, in characters. */
const mostChars = 512;

/** The beginning of a text that came from outside. */
export function excerpt(text: string, most = mostChars): string {
  return text.length <= most ? text : `${text.slice(0, most)}…`;
}
