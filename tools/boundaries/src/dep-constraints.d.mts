import type { Constraint, NxConstraint } from './constraints.mjs';

export function depConstraints(rows: readonly Constraint[], options: { inTests: boolean }): NxConstraint[];
