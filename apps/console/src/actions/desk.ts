import { ProblemException, validationProblem } from '@reprise/http';
import type {
  ActionForm,
  ActionName,
  ActionPlan,
  ActionRequest,
  ActionResult,
  Environment,
  Overview,
  ReadModelCard,
  Role,
} from '../contract/index.ts';
import type { Actions } from './actions.ts';
import { wordsOf } from './arguments.ts';
import { keptToCounted, type CountLetters } from './letter-filters.ts';
import { previewOf } from './preview.ts';
import { actionSpecs, formOf, specOf, type ActionSpec } from './specs.ts';

export interface DeskOptions {
  readonly actions: Actions;
  readonly environment: Environment;
  readonly hidden: readonly ActionName[];
  readonly twoPersons: boolean;
  readonly projections: readonly string[];
  /** As it was last seen. */
  readonly overview: () => Promise<Overview>;
  /** As it is now. */
  readonly look: () => Promise<Overview>;
  readonly countLetters: CountLetters;
}

/** Where actions are asked for: it says what one would do, and refuses what is not offered, not allowed, or not legal now. */
export class Desk {
  readonly actions: Actions;
  readonly #options: DeskOptions;

  constructor(options: DeskOptions) {
    this.#options = options;
    this.actions = options.actions;
  }

  forms(): ActionForm[] {
    return actionSpecs.filter(({ action }) => !this.#options.hidden.includes(action)).map(formOf);
  }

  /** @throws ProblemException 404 where it is not offered, 400 where it is not valid */
  async preview(request: ActionRequest): Promise<ActionPlan> {
    const { plan } = await this.#planned(request, this.#options.overview);
    return plan;
  }

  /** @throws ProblemException as `preview`, 409 where it is not legal now, 422 where it was not confirmed; DependencyError */
  async ask(request: ActionRequest, confirmation: string | null, actor: string): Promise<ActionResult> {
    const { plan, words } = await this.#planned(request, this.#options.overview);
    assertPossible(plan, confirmation);
    return this.actions.ask(plan, words, actor);
  }

  /**
   * What was asked for is planned again, by what is so now: whoever approves it confirms it as whoever asked for it did.
   * @throws ProblemException 403 for whoever asked for it, 404, 409 where no approval is pending, or it is not legal now, 422 where an
   *   approval was not confirmed; DependencyError
   */
  async decide(
    id: string,
    { approve, confirmation }: { readonly approve: boolean; readonly confirmation: string | null },
    actor: string,
  ): Promise<ActionResult> {
    const decision = await this.actions.decide(id, approve, actor, async (request) => {
      const { plan } = await this.#planned(request, this.#options.look);
      assertPossible(plan, confirmation);
    });
    switch (decision.outcome) {
      case 'decided':
        return decision.action;
      case 'unknown':
        throw unknownAction();
      case 'not-waiting':
        throw new ProblemException(
          409,
          'not-waiting',
          'No approval is pending',
          'The action was decided already, or its time is over. Nothing was changed. Ask for it again.',
        );
      case 'same-person':
        throw new ProblemException(
          403,
          'forbidden',
          'Forbidden',
          'Who asked for it cannot approve it. Nothing was changed. Somebody else has to.',
        );
    }
  }

  /** The role that an action needs; undefined for one that is not offered here. */
  roleFor(action: ActionName): Role | undefined {
    return this.#options.hidden.includes(action) ? undefined : specOf(action).role;
  }

  async #planned(
    request: ActionRequest,
    seen: () => Promise<Overview>,
  ): Promise<{ readonly plan: ActionPlan; readonly words: readonly string[] }> {
    const { hidden, projections, environment, twoPersons, countLetters } = this.#options;
    const { action } = request;
    if (hidden.includes(action))
      throw new ProblemException(404, 'not-found', 'Not Found', 'There is nothing of that name.');
    const spec = specOf(action);
    const asked = validWords(spec, request, projections);
    const isOfLetters = action === 'redrive' || action === 'discard';
    const kept = isOfLetters ? await keptToCounted(request, countLetters) : undefined;
    if (isOfLetters && !kept) throw notLegal('No open dead letter matches.');
    const words = kept ? validWords(spec, kept.request, projections) : asked;
    const card = cardOf(await seen(), spec, request);
    const plan = previewOf({
      ...{ spec, request: kept?.request ?? request, words, environment, card, twoPersons },
      touches: kept?.touches ?? null,
    });
    return { plan, words };
  }
}

/** The read model that a request is about; undefined where it is about several. */
function cardOf(
  { readModels }: Overview,
  { action }: ActionSpec,
  { projection, options }: ActionRequest,
): ReadModelCard | undefined {
  const generation = String(options['generation'] ?? '');
  const name =
    projection ?? (action === 'promote' ? generation.slice(0, generation.lastIndexOf('_v')) : undefined);
  return readModels.find((card) => card.projection === name || generation.startsWith(`${card.projection}_v`));
}

/** @throws ProblemException 409 where it is not legal now, 422 where it was not confirmed */
function assertPossible(plan: ActionPlan, confirmation: string | null): void {
  if (!plan.legal) throw notLegal(plan.refusal!);
  if (plan.confirmation !== null && confirmation !== plan.confirmation) throw notConfirmed(plan.confirmation);
}

export function unknownAction(): ProblemException {
  return new ProblemException(404, 'not-found', 'Not Found', 'There is no action of that id.');
}

/** @throws ProblemException naming all that is wrong with the request */
function validWords(...request: Parameters<typeof wordsOf>): readonly string[] {
  const words = wordsOf(...request);
  if (!words.ok) throw validationProblem(words.errors);
  return words.words;
}

function notLegal(why: string): ProblemException {
  return new ProblemException(409, 'not-legal-now', 'It cannot be done now', `${why} Nothing was changed.`);
}

function notConfirmed(name: string): ProblemException {
  return new ProblemException(
    422,
    'not-confirmed',
    'It was not confirmed',
    `This is ${name}, a production environment: send its name as the confirmation. Nothing was changed.`,
  );
}
