import { outliveReaders } from '@reprise/runtime';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dashboards } from './chart-files.ts';
import { boards, fileOf } from './dashboards/boards.ts';

/* `npm run -s dashboards` writes the dashboards into the chart. The difference is part of a change of the boards. */
outliveReaders();
mkdirSync(dashboards, { recursive: true });
for (const board of boards) {
  const { name, text } = fileOf(board);
  writeFileSync(`${dashboards}${name}`, text);
}
