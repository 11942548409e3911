import { commandLine } from '@reprise/runtime/commands';
import type { Action } from './verdict.ts';

/** What to do next, as a line to type in a clone or as the process to start. */
export function describeAction(action: Action): string {
  switch (action.do) {
    case 'rollback':
      return commandLine.rollback(action.projection);
    case 'rebuild':
      return commandLine.rebuild(action.projection);
    case 'promote':
      return commandLine.promote(action.generation);
    case 'point-readers':
      return `point "${action.readers}" to one generation or to nothing, then ${commandLine.status(action.projection)}`;
    case 'list-dead-letters':
      return commandLine.listOpenDeadLetters();
    case 'release-parked':
      return 'see outbox_events.last_error, remove the cause, then run the relay with --once --release-parked';
    case 'look-again':
      return `bring that server back, then ${commandLine.status(action.projection)}`;
    case 'start':
      return `start ${action.application}, or look at its /health/ready and its log if it runs`;
  }
}
