import { castOf, pictureOf, rowsOf } from './transcript.ts';

const received = [
  { seconds: 0, text: '$ go\r\n' },
  { seconds: 0.5, text: 'build 1%' },
  { seconds: 0.6, text: '\x1b[2K\x1b[1Gbuild 2%' },
  { seconds: 2.1, text: '\x1b[2K\x1b[1Gbuild 90%\r\n\x1b[1mdone\x1b[0m <&>' },
];

it('keeps the last state of a line that is drawn again, and one state a while', () => {
  expect(rowsOf(received, 1)).toEqual([
    { text: '$ go', passing: false },
    { text: 'build 1%', passing: true },
    { text: 'build 2%', passing: true },
    { text: 'build 90%', passing: false },
    { text: 'done <&>', passing: false },
  ]);
  expect(rowsOf(received, 10).filter(({ passing }) => passing)).toEqual([
    { text: 'build 1%', passing: true },
  ]);
});

it('makes a picture with every row as text, and a recording of a header and a line a chunk', () => {
  const picture = pictureOf(rowsOf(received, 1), 80);
  expect(picture.match(/<text /g)).toHaveLength(5);
  expect(picture).toContain('done &lt;&amp;&gt;');
  const lines = castOf(received, 80, 24, 'A rebuild').trimEnd().split('\n');
  expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([
    expect.objectContaining({ version: 2, width: 80, height: 24 }),
    ...received.map(({ seconds, text }) => [seconds, 'o', text]),
  ]);
});
