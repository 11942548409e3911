import { selectContexts, type Context } from '@reprise/contexts';
import type { Projection } from '@reprise/read-model-projections';
import type { Invocation } from '../verb.ts';
import type { OptionReader } from './option-reader.ts';
import { didYouMean } from './suggestion.ts';

/** The contexts `--context` names; all of them without it, or those of `REPRISE_CONTEXTS`. */
export function readContexts(
  options: OptionReader,
  { contexts, env }: Pick<Invocation, 'contexts' | 'env'>,
): readonly Context<Projection>[] {
  return selectContexts(contexts, options.text('context'), env, (sentence) => options.problem(sentence));
}

/** The aggregate types that the contexts have read models of, in the order of these. */
export function typesOf(contexts: readonly Context<Projection>[]): string[] {
  return [...new Set(contexts.flatMap(({ projections }) => projections.map(({ aggregate }) => aggregate)))];
}

/**
 * The projections `--projection` names among those of the contexts and of the aggregate type that are meant; `all` stands for every
 * one of these.
 * @param fallback what is meant without `--projection` and `--type`; one of these is required where this is left out
 */
export function readProjections(
  options: OptionReader,
  invocation: Pick<Invocation, 'contexts' | 'env'>,
  fallback?: 'all',
): readonly Projection[] {
  const contexts = readContexts(options, invocation);
  const type = readType(options, contexts);
  const meant = contexts
    .flatMap(({ projections }) => projections)
    .filter(({ aggregate }) => type === undefined || aggregate === type);
  const name = options.text('projection') ?? (options.isGiven('type') ? 'all' : fallback);
  const names = [...meant.map((projection) => projection.name), 'all'];
  const known = names.join(', ');
  if (name === undefined) {
    options.problem(`--projection is required: one of ${known} (or --type, for those of an aggregate type)`);
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

function readType(options: OptionReader, contexts: readonly Context<Projection>[]): string | undefined {
  const type = options.text('type');
  const known = typesOf(contexts);
  if (type === undefined || known.includes(type)) return type;
  options.problem(
    `--type "${type}" is not known: read models are made of ${known.join(', ')}${didYouMean(type, known)}`,
  );
  return undefined;
}
