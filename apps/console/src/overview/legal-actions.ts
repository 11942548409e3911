import type { GenerationStatus, ReadModelStatus } from '@reprise/read-model-status';
import type { ActionName, LegalAction, Role } from '../contract/index.ts';

/** The least role that may do each action. What deletes or throws away something for good is the administrator's. */
export const roleOfAction: Readonly<Record<ActionName, Role>> = {
  plan: 'operator',
  rebuild: 'operator',
  promote: 'operator',
  rollback: 'operator',
  cancel: 'operator',
  verify: 'operator',
  repair: 'operator',
  redrive: 'operator',
  prune: 'admin',
  discard: 'admin',
};

/** Where a rollback of these readers would go, as far as the registry says; undefined where there is nothing to go back to. */
export function wayBack({ generations, readers }: ReadModelStatus): GenerationStatus | undefined {
  const [served] = readers.on;
  const at = generations.findIndex(({ name }) => name === served);
  // Newest first: what stands behind the served one is earlier.
  return generations
    .slice(at + 1)
    .filter(({ state, stored }) => state === 'STANDBY' && stored !== false)
    .sort((a, b) => b.since.getTime() - a.since.getTime())[0];
}

/**
 * What can be done about a read model now, and why the rest cannot. Pure. It says what stands in the way as far as the registry shows;
 * the job itself decides.
 *
 * @param hidden actions that this console does not offer
 */
export function legalActions(status: ReadModelStatus, hidden: readonly ActionName[]): LegalAction[] {
  const { running, generations, readers, letters, repairs, heldBack } = status;
  const isBusy = running !== null && !running.lost;
  const served = generations.find(({ name }) => readers.on.length === 1 && name === readers.on[0]);
  const act = (
    action: ActionName,
    obstacle: string | undefined,
    will: string,
    generation?: string,
  ): LegalAction => ({
    ...{ action, legal: obstacle === undefined, why: obstacle ?? will },
    ...{ role: roleOfAction[action], generation: generation ?? null },
  });
  const busy = isBusy ? `Run ${running.runId} works on it: wait for its end, or cancel it.` : undefined;
  const back = wayBack(status);
  const promotable = generations.filter(
    ({ state, name, stored }) =>
      ['VERIFIED', 'BUILT', 'STANDBY'].includes(state) && name !== served?.name && stored !== false,
  );
  const old = generations.filter(({ state }) =>
    ['RETIRED', 'FAILED', 'ABANDONED', 'GONE', 'BUILT', 'VERIFIED'].includes(state),
  );
  const open = letters?.open ?? 0;
  const noLetters =
    letters === null ? 'It is not known whether there are dead letters.' : 'There is no open dead letter.';
  const actions = [
    act('plan', undefined, 'Reads the log and says what a rebuild would come to. Writes nothing.'),
    act('rebuild', busy, 'Builds a new generation from the log, proves it and switches readers to it.'),
    ...(promotable.length === 0
      ? [act('promote', 'There is no complete generation that readers are not on.', '')]
      : promotable.map(({ name, state }) =>
          act('promote', busy, `Puts ${name} (${state}) to the gate again and switches readers to it.`, name),
        )),
    act(
      'rollback',
      busy ?? (back ? undefined : 'There is no earlier generation on standby.'),
      `Switches readers back to ${back?.name ?? ''}.`,
      back?.name,
    ),
    act(
      'cancel',
      isBusy ? undefined : 'No run works on it.',
      'Asks the run to finish its batch, save and stop.',
    ),
    act(
      'verify',
      served ? undefined : 'Readers are not on one generation that can be compared.',
      'Compares what readers are served with the log.',
    ),
    act(
      'repair',
      served ? undefined : 'Readers are not on one generation that can be repaired.',
      `Repairs named documents, or the ${repairs?.open ?? 0} in the queue.`,
    ),
    act(
      'redrive',
      open > 0 || (heldBack ?? 0) > 0 ? undefined : noLetters,
      `Applies ${open} open dead letters again, in order.`,
    ),
    act('discard', open > 0 ? undefined : noLetters, 'Leaves named dead letters out for good, on record.'),
    act(
      'prune',
      busy ?? (old.length > 0 ? undefined : 'There is nothing old to delete.'),
      `Looks through ${old.length} generations that nobody reads, and deletes old ones.`,
    ),
  ];
  return actions.filter(({ action }) => !hidden.includes(action));
}
