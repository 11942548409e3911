import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { keepResults, resultsBefore } from './kept-results.ts';

describe('the results of the run before', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'kept-results-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const result = (name: string, passed = true) => ({ name, title: name, seen: '', passed, seconds: 1 });

  it('are those of the steps that are left out, and what was measured', () => {
    const file = join(folder, 'kept/results.json');
    const figures = [['search-api', { rest: { memory: 80, cpu: 3 } }]] as const;
    keepResults(file, { results: [result('install'), result('write'), result('rebuild')], figures });
    expect(resultsBefore(file, ['install', 'write'])).toEqual({
      results: [result('install'), result('write')],
      figures,
    });
  });

  it('are refused where such a step has failed, or was never taken', () => {
    const file = join(folder, 'results.json');
    expect(() => resultsBefore(file, ['install'])).toThrow('These steps have not passed before: install');
    keepResults(file, { results: [result('install'), result('write', false)], figures: [] });
    expect(() => resultsBefore(file, ['install', 'write'])).toThrow('not passed before: write');
    expect(resultsBefore(file, [])).toEqual({ results: [], figures: [] });
  });
});
