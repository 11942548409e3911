/** What is started. */
export interface Job {
  /** A UUID: a job that was started under it is not started again. */
  readonly id: string;
  /** Words of the command line. */
  readonly words: readonly string[];
  /** Who asked for it, for its audit. */
  readonly actor: string;
}

/** How a job is found again, also by another process than the one that started it: plain data. */
export type JobHandle = Readonly<Record<string, string | number>>;

/** What is known of a job now. One that is `elsewhere` runs, or did, where this process cannot look. */
export interface JobState {
  readonly state: 'running' | 'ended' | 'gone' | 'elsewhere';
  /** Of one that ended. */
  readonly exitCode: number | null;
  /** What it said: the last of its stderr, and all of its stdout, as far as they are kept. */
  readonly stderr: string;
  readonly stdout: string;
}

/** Starts the finite job, and looks after it. A job outlives whoever started it. */
export interface JobStarter {
  /** Where its jobs run, for a person: `process 4711 on HOST`. */
  describe(handle: JobHandle): string;
  /** How the job of that id will be found: known before it is started, so that it is found also where whoever started it died then. */
  place(id: Job['id']): JobHandle;
  /** @returns where it is, by more than its place @throws JobNotStarted */
  start(job: Job): Promise<JobHandle>;
  /** @throws JobNotSeen where it cannot be known now */
  look(handle: JobHandle): Promise<JobState>;
}

/** What became of a job cannot be known now; it may run all the same. */
export class JobNotSeen extends Error {
  constructor(reason: string, options?: ErrorOptions) {
    super(reason, options);
    this.name = 'JobNotSeen';
  }
}

/** A job could not be started: nothing was done. */
export class JobNotStarted extends Error {
  readonly code = 'JOB_NOT_STARTED';
  readonly retryable = true;

  constructor(reason: string, options?: ErrorOptions) {
    super(`The job was not started: ${reason}. Nothing was changed.`, options);
    this.name = 'JobNotStarted';
  }
}

/** The text of whatever was thrown. */
export function messageOf(error: unknown): string {
  return (error as Partial<Error> | null)?.message ?? String(error);
}
