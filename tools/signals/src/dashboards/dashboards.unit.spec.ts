import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dashboards, runbook } from '../chart-files.ts';
import { demandsOf } from '../promql/demands.ts';
import { boards, fileOf } from './boards.ts';

const panels = boards.flatMap(({ name, rows }) =>
  rows.flatMap((row) => row.panels.map((panel) => ({ board: name, ...panel }))),
);

describe('the dashboards', () => {
  it('stand in the chart as they are made (npm run -s dashboards)', () => {
    const made = boards.map(fileOf);
    expect(readdirSync(dashboards).sort()).toEqual(made.map(({ name }) => name).sort());
    for (const { name, text } of made) expect(readFileSync(`${dashboards}${name}`, 'utf8')).toBe(text);
  });

  it.each(panels.map((panel) => [`${panel.board}: ${panel.title}`, panel] as const))(
    'explain each panel, and ask for nothing that is no PromQL: %s',
    (_, { says, queries, page }) => {
      expect(says).toMatch(/^[A-Z.].{15,}\.$/);
      expect(queries.length).toBeGreaterThan(0);
      if (page) expect(existsSync(`${runbook}${page}`)).toBe(true);
      for (const { expr, legend } of queries) {
        const labels = demandsOf(expr).flatMap((demand) => [...demand.labels]);
        const shown = [...legend.matchAll(/\{\{(\w+)\}\}/g)].map(([, label]) => label!);
        // A line is called by labels that the expression keeps.
        expect(labels).toEqual(expect.arrayContaining(shown));
        expect(demandsOf(expr).every((demand) => demand.labels.has('namespace'))).toBe(true);
      }
    },
  );

  it('have a row of panels no wider than the board, and none that lie on each other', () => {
    for (const board of boards) {
      const { panels: laid = [] } = JSON.parse(fileOf(board).text) as {
        panels: { gridPos: Record<'x' | 'y' | 'w' | 'h', number> }[];
      };
      const cells = laid.flatMap(({ gridPos: { x, y, w, h } }) =>
        Array.from({ length: w * h }, (_, cell) => `${x + (cell % w)},${y + Math.floor(cell / w)}`),
      );
      expect(new Set(cells).size).toBe(cells.length);
      expect(laid.every(({ gridPos: { x, w } }) => x + w <= 24)).toBe(true);
    }
  });
});
