/** What a terminal received, and when. */
export interface Received {
  /** Since the recording began. */
  readonly seconds: number;
  readonly text: string;
}

export interface Row {
  readonly text: string;
  /** A state of a line that was drawn again later. */
  readonly passing: boolean;
}

/** Stands for the escape character, which a pattern had better not hold. */
const escape = '␛';

/** A recording that `asciinema play` shows: its format, version 2. */
export function castOf(received: readonly Received[], columns: number, rows: number, title: string): string {
  const header = { version: 2, width: columns, height: rows, title, env: { TERM: 'xterm-256color' } };
  const events = received.map(({ seconds, text }) => [Number(seconds.toFixed(3)), 'o', text]);
  return [header, ...events].map((line) => `${JSON.stringify(line)}\n`).join('');
}

/**
 * The rows that a terminal shows in the end. Of a line that is drawn again and again, a state every `everySeconds` is kept as a
 * row before its last one. It knows what this command line sends: carriage return, the first column and clearing a line.
 */
export function rowsOf(received: readonly Received[], everySeconds: number): Row[] {
  const rows: Row[] = [];
  let row = '';
  let keptAt = -Infinity;
  for (const { seconds, text: sent } of received) {
    const text = sent.replaceAll('\x1b', escape);
    for (const [part] of text.matchAll(/␛\[[0-9;]*[A-Za-z]|\r\n|\n|\r|[^␛\r\n]+|␛/gu)) {
      if (part === '\r\n' || part === '\n') {
        rows.push({ text: row, passing: false });
        row = '';
      } else if (/^\r$|^␛\[[012]?[GK]$/u.test(part)) {
        if (row !== '' && seconds - keptAt >= everySeconds) {
          rows.push({ text: row, passing: true });
          keptAt = seconds;
        }
        row = '';
      } else if (!part.startsWith(escape)) {
        row += part;
      }
    }
  }
  return row === '' ? rows : [...rows, { text: row, passing: false }];
}

/** The rows as a picture (SVG), prompts and what passes in other colours. */
export function pictureOf(rows: readonly Row[], columns: number): string {
  const [line, letter, margin] = [18, 7.8, 14];
  const width = Math.ceil(columns * letter + 2 * margin);
  const height = rows.length * line + 2 * margin;
  const colour = ({ text, passing }: Row): string =>
    passing ? '#8b949e' : text.startsWith('$ ') ? '#7ee787' : text.startsWith('#') ? '#79c0ff' : '#e6edf3';
  const lines = rows.map(
    (row, index) =>
      `<text x="${margin}" y="${margin + (index + 0.75) * line}" fill="${colour(row)}" xml:space="preserve">${escaped(row.text)}</text>`,
  );
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="ui-monospace, Menlo, Consolas, 'DejaVu Sans Mono', monospace" font-size="13">`,
    `<rect width="100%" height="100%" rx="8" fill="#0d1117"/>`,
    ...lines,
    '</svg>\n',
  ].join('\n');
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
