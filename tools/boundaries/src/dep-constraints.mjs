import { testPackages, testTags } from './constraints.mjs';

/**
 * The rows as `@nx/enforce-module-boundaries` takes them.
 *
 * @param {readonly import('./constraints.mjs').Constraint[]} rows
 * @param {{ inTests: boolean }} options whether the importing files are tests
 * @returns {import('./constraints.mjs').NxConstraint[]}
 */
export function depConstraints(rows, { inTests }) {
  return rows.filter((row) => !(inTests && row.relaxedInTests)).map((row) => nxConstraint(row, { inTests }));
}

function nxConstraint(row, { inTests }) {
  const {
    sourceTag,
    allSourceTags,
    onlyDependOnLibsWithTags,
    bannedExternalImports,
    allowedExternalImports,
  } = row;
  const tags = onlyDependOnLibsWithTags?.[0]?.startsWith('type:') ? testTags.type : testTags.scope;
  return {
    ...(sourceTag && { sourceTag }),
    ...(allSourceTags && { allSourceTags }),
    ...(onlyDependOnLibsWithTags && {
      onlyDependOnLibsWithTags: inTests ? [...onlyDependOnLibsWithTags, ...tags] : onlyDependOnLibsWithTags,
    }),
    ...(bannedExternalImports && { bannedExternalImports }),
    ...(allowedExternalImports && {
      allowedExternalImports: inTests ? [...allowedExternalImports, ...testPackages] : allowedExternalImports,
    }),
  };
}
