import type { LockedPackage } from './locked-packages.ts';

/** Licences under which the applications may be given to others without conditions beyond a notice. */
export const permissive: ReadonlySet<string> = new Set([
  '0BSD',
  'Apache-2.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'BlueOak-1.0.0',
  'ISC',
  'MIT',
  'Python-2.0',
]);

/** Packages whose licence nobody has allowed, each with it. */
export function licenceProblems(packages: readonly LockedPackage[]): string[] {
  return packages
    .filter(
      ({ license }) => license === undefined || !license.split(' AND ').every((one) => permissive.has(one)),
    )
    .map(({ name, version, license }) => `${name} ${version}: ${license ?? 'no licence is named'}`);
}

/** The licences with their packages, as a list of a page. */
export function licenceList(packages: readonly LockedPackage[]): string {
  const byLicence = Map.groupBy(packages, ({ license }) => license ?? 'none');
  return [...byLicence]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([licence, of]) => {
      const names = [...new Set(of.map(({ name }) => `\`${name}\``))];
      return `- **${licence}** (${names.length}): ${names.join(', ')}`;
    })
    .join('\n');
}
