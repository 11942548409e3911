/** Exit codes of the command line, in one place. */
export const exitCodes = {
  done: 0,
  usage: 1,
  refused: 2,
  busy: 3,
  dependency: 4,
  historyIncomplete: 5,
  /** By a signal: 130 or 143, which the process itself decides; 130 where none came. */
  cancelled: 130,
} as const;
