import { findProjection, projections, type Projection } from '@reprise/read-model-projections';
import type { OptionReader } from './option-reader.ts';

/** The projections `--projection` names; `all` stands for every registered one. */
export function readProjections(options: OptionReader): readonly Projection[] {
  const name = options.text('projection');
  const known = [...projections.map((projection) => projection.name), 'all'].join(', ');
  if (name === undefined) {
    options.problem(`--projection is required: one of ${known}`);
    return [];
  }
  if (name === 'all') return projections;
  const projection = findProjection(name);
  if (projection) return [projection];
  options.problem(`--projection "${name}" is not known: it must be one of ${known}`);
  return [];
}
