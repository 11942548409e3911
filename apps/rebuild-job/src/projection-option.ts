import { selectContexts, type Context } from '@reprise/contexts';
import type { Projection } from '@reprise/read-model-projections';
import type { OptionReader } from './option-reader.ts';
import { didYouMean } from './suggestion.ts';
import type { Invocation, VerbOption } from './verb.ts';

/** The option that says which bounded contexts are meant. */
export const contextOption: VerbOption = [
  '--context <names>',
  'only read models of these bounded contexts, divided by commas (default REPRISE_CONTEXTS, else all)',
];

/** The contexts `--context` names; all of them without it, or those of `REPRISE_CONTEXTS`. */
export function readContexts(
  options: OptionReader,
  { contexts, env }: Pick<Invocation, 'contexts' | 'env'>,
): readonly Context<Projection>[] {
  return selectContexts(contexts, options.text('context'), env, (sentence) => options.problem(sentence));
}

/**
 * The projections `--projection` names among those of the contexts that are meant; `all` stands for every one of these.
 * @param fallback what is meant without the option; it is required where this is left out
 */
export function readProjections(
  options: OptionReader,
  invocation: Pick<Invocation, 'contexts' | 'env'>,
  fallback?: 'all',
): readonly Projection[] {
  const meant = readContexts(options, invocation).flatMap(({ projections }) => projections);
  const name = options.text('projection') ?? fallback;
  const names = [...meant.map((projection) => projection.name), 'all'];
  const known = names.join(', ');
  if (name === undefined) {
    options.problem(`--projection is required: one of ${known}`);
    return [];
  }
  if (name === 'all') return meant;
  const projection = meant.find((one) => one.name === name);
  if (projection) return [projection];
  options.problem(
    `--projection "${name}" is not known: it must be one of ${known}${didYouMean(name, names)}`,
  );
  return [];
}
