import type { Projection } from '@reprise/read-model-projections';
import { findProjection, projections } from '@reprise/product-read-model';
import type { OptionReader } from './option-reader.ts';
import { didYouMean } from './suggestion.ts';

/** The projections `--projection` names; `all` stands for every registered one. */
export function readProjections(options: OptionReader): readonly Projection[] {
  const name = options.text('projection');
  const names = [...projections.map((projection) => projection.name), 'all'];
  const known = names.join(', ');
  if (name === undefined) {
    options.problem(`--projection is required: one of ${known}`);
    return [];
  }
  if (name === 'all') return projections;
  const projection = findProjection(name);
  if (projection) return [projection];
  options.problem(
    `--projection "${name}" is not known: it must be one of ${known}${didYouMean(name, names)}`,
  );
  return [];
}
