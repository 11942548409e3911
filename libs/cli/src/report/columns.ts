import { printable } from '@reprise/runtime';

/** Where the text of a labelled line begins. */
const indent = 14;

/**
 * A labelled text as lines of at most `width` columns, broken between words; a word that is longer than a line is broken too. Texts
 * come from logs and servers: they are masked here.
 */
export function labelled(label: string, text: string, width: number): string[] {
  const room = Math.max(10, width - indent);
  const lines: string[] = [];
  let line = '';
  for (const word of printable(text).split(' ')) {
    if (line !== '' && line.length + 1 + word.length > room) {
      lines.push(line.trimEnd());
      line = '';
    }
    line = line === '' ? word : `${line} ${word}`;
    while (line.length > room) {
      lines.push(line.slice(0, room));
      line = line.slice(room);
    }
  }
  lines.push(line);
  return lines.map((part, index) => `${(index === 0 ? `  ${label}` : '').padEnd(indent)}${part}`);
}

/** A line without a label, broken as above, its later lines indented by four. */
export function wrapped(text: string, width: number): string[] {
  const [first = '', ...rest] = labelled('', text, width + indent).map((line) => line.slice(indent));
  if (rest.length === 0) return [first];
  return [
    first,
    ...labelled('', rest.join(' '), width + indent - 4).map((line) => `    ${line.slice(indent)}`),
  ];
}

/** Numbers as ranges: `0-12, 15`. */
export function rangesText(numbers: readonly number[]): string {
  const ranges: [number, number][] = [];
  for (const number of [...numbers].sort((a, b) => a - b)) {
    const last = ranges.at(-1);
    if (last && number === last[1] + 1) last[1] = number;
    else ranges.push([number, number]);
  }
  return ranges.map(([from, to]) => (from === to ? `${from}` : `${from}-${to}`)).join(', ');
}
