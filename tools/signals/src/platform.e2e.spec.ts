import { describeWith, metricsOf } from '@reprise/test-kit';
import { jest } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { workspace } from './chart-files.ts';
import { boards } from './dashboards/boards.ts';
import { exposedIn, missingOf } from './exposed/exposed.ts';
import { alerts, records } from './rules/rule-files.ts';
import { blocks } from './testing/blocks.ts';
import { situations, type Found, type Situation } from './testing/situations.ts';
import { applications, Platform } from './testing/platform.ts';

jest.setTimeout(600_000);

const platform = new Platform();

describeWith('curl', 'the platform, as somebody on call finds it', () => {
  beforeAll(() => platform.start());

  describe('the runbook', () => {
    const order = Object.keys(situations) as Situation[];
    const ran = new Set<string>();
    const inOrder = [...blocks].sort((a, b) => order.indexOf(a.situation) - order.indexOf(b.situation));

    it.each(inOrder.map((block) => [`${block.at} (${block.situation})`, block] as const))(
      'has commands that do what it says: %s',
      async (_, { situation, exits, lines }) => {
        const keyOf = (line: string): string => `${situation} ${exits.join()} ${line}`;
        // What was seen to work in a situation is not run again.
        if (lines.every((line) => ran.has(keyOf(line)))) return;
        const found: Found = await situations[situation](platform);
        for (const [index, line] of lines.entries()) {
          const expected = exits[index] ?? exits[0]!;
          const typed = (found.words ?? []).reduce((text, [word, here]) => text.replace(word, here), line);
          const { code, stdout, stderr } = await platform.type(typed, found.env);
          expect({ typed, code, said: code === expected ? '' : `${stdout}${stderr}` }).toEqual({
            typed,
            code: expected,
            said: '',
          });
          ran.add(keyOf(line));
        }
      },
    );
  });

  it('exposes every metric, with every label, that an alert or a panel asks for', async () => {
    await platform.run('outbox-relay');
    await platform.run('projection-consumer');
    const answers = await Promise.all(applications.map((name) => metricsOf(platform.originOf(name))));
    const documented = readFileSync(`${workspace}docs/reference/metrics.md`, 'utf8');
    const expressions = [
      ...[...alerts, ...records].map(({ expr }) => expr),
      ...boards.flatMap(({ rows }) =>
        rows.flatMap(({ panels }) => panels.flatMap(({ queries }) => queries.map(({ expr }) => expr))),
      ),
    ];
    const own = records.map(({ record }) => record!);
    expect(missingOf(expressions, { exposed: exposedIn(answers.join('\n')), documented, own })).toEqual([]);
  });
});
