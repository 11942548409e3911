/** One row of the table, as `@nx/enforce-module-boundaries` takes it. */
export interface NxConstraint {
  /** The row judges imports of projects that carry this tag, */
  readonly sourceTag?: string;
  /** or all of these tags. */
  readonly allSourceTags?: readonly string[];
  /** Workspace projects imported must carry at least one of these. */
  readonly onlyDependOnLibsWithTags?: readonly string[];
  /** Globs of npm packages (and paths in them) that must not be imported. */
  readonly bannedExternalImports?: readonly string[];
  /** Globs of the only npm packages that may be imported; the empty list allows none. */
  readonly allowedExternalImports?: readonly string[];
}

export interface Constraint extends NxConstraint {
  readonly id: string;
  /** The reason, as the clause after "because". */
  readonly because: string;
  /** The row does not judge test files. */
  readonly relaxedInTests?: boolean;
}

export const scopes: readonly string[];
export const types: readonly string[];
export const contexts: readonly string[];
export const owners: readonly string[];
export const constraints: readonly Constraint[];
export const testPackages: readonly string[];
export const testTags: { readonly scope: readonly string[]; readonly type: readonly string[] };
export const testFiles: readonly string[];
export const bundledFiles: readonly string[];
export const documentedInnerFiles: readonly string[];
export const pureBuiltins: readonly string[];
