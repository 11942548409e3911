import { describeWith } from '@reprise/test-kit';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import { chart, chartFile } from './chart-files.ts';
import { helm } from './helm.ts';

interface Renamed {
  readonly old: string;
  readonly new: string;
  readonly since: string;
}
type Schema = { readonly properties?: Readonly<Record<string, Schema>>; readonly deprecated?: boolean };

const schemaAt = (path: string): Schema | undefined =>
  path
    .split('.')
    .reduce<Schema | undefined>(
      (at, name) => at?.properties?.[name],
      JSON.parse(chartFile('values.schema.json')) as Schema,
    );

describe('values that have been renamed', () => {
  it('are known to the schema as deprecated, and their successors as they are', () => {
    for (const renamed of parse(chartFile('files/deprecations.yaml')) as Renamed[]) {
      expect([renamed.old, schemaAt(renamed.old)]).toEqual([
        renamed.old,
        expect.objectContaining({ deprecated: true }),
      ]);
      expect([renamed.new, schemaAt(renamed.new)?.deprecated]).toEqual([renamed.new, undefined]);
    }
  });
});

describeWith('helm', 'a value under its earlier name', () => {
  let copy: string;
  beforeAll(() => {
    copy = mkdtempSync(join(tmpdir(), 'chart-'));
    cpSync(chart, copy, { recursive: true });
    const renamed = [{ old: 'rebuild.memory', new: 'rebuild.memoryMebibytes', since: '0.2.0' }];
    writeFileSync(join(copy, 'files/deprecations.yaml'), JSON.stringify(renamed));
    const schema = JSON.parse(readFileSync(join(copy, 'values.schema.json'), 'utf8')) as {
      properties: { rebuild: { properties: Record<string, object> } };
    };
    schema.properties.rebuild.properties['memory'] = { type: 'integer', deprecated: true };
    writeFileSync(join(copy, 'values.schema.json'), JSON.stringify(schema));
  });
  afterAll(() => rmSync(copy, { recursive: true }));

  const template = (...set: readonly string[]) =>
    helm('template', 'trial', copy, '--values', join(chart, 'examples/small-team.yaml'), ...set);

  it('is refused with its new name', () => {
    const { code, stderr } = template('--set', 'rebuild.memory=512');
    expect(code).not.toBe(0);
    expect(stderr).toContain(
      'rebuild.memory is called rebuild.memoryMebibytes since 0.2.0. Nothing was installed',
    );
  });

  it('does not disturb those who use the new one', () => {
    expect(template('--set', 'rebuild.memoryMebibytes=768')).toMatchObject({ code: 0, stderr: '' });
  });
});
