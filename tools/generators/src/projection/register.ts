import type { ProjectionNames } from './names.ts';

/**
 * The source of registered-projections.ts with one more projection, as the last of the list.
 *
 * @throws Error when the source does not look as expected, or has a projection of that name already; nothing is changed then
 */
export function registered(source: string, { constant, fileName }: ProjectionNames): string {
  if (new RegExp(`\\b${constant}\\b`).test(source)) {
    throw new Error(`registered-projections.ts knows ${constant} already. Nothing was written.`);
  }
  const lastImport = source.lastIndexOf('\nimport ') + 1;
  const entries = /^export const projections: readonly Projection\[\] = \[[^\]]*?(?=,?\s*\])/m.exec(source);
  if (lastImport === 0 || entries === null) {
    throw new Error(
      'registered-projections.ts does not read as imports followed by "export const projections: readonly Projection[] = [...]". Nothing was written; ' +
        'restore that form, or add the projection by hand.',
    );
  }
  const endOfList = entries.index + entries[0].length;
  return (
    source.slice(0, lastImport) +
    `import { ${constant} } from './${fileName}/${fileName}.ts';\n` +
    source.slice(lastImport, endOfList) +
    `,\n  ${constant}` +
    source.slice(endOfList)
  );
}
