import { inSession } from './in-session.ts';
import { readOutbox, type PipelineState } from './pipeline-state.ts';

export interface RecruitingEndpoints {
  readonly writeDatabaseUrl: string;
  readonly readModelDatabaseUrl: string;
}

/** How far events of candidates and leads have come on their way to the readers of their summaries. */
export async function readRecruitingState(endpoints: RecruitingEndpoints): Promise<PipelineState> {
  const [outbox, searchable] = await Promise.all([
    readOutbox(endpoints.writeDatabaseUrl),
    readSummaries(endpoints.readModelDatabaseUrl),
  ]);
  return { ...outbox, searchable };
}

const sumOfVersions = `
  SELECT (SELECT coalesce(sum(version), 0) FROM candidate_summary)
       + (SELECT coalesce(sum(version), 0) FROM lead_summary) AS events`;

async function readSummaries(readModelDatabaseUrl: string): Promise<number> {
  try {
    return await inSession(readModelDatabaseUrl, async (client) => {
      const { rows } = await client.query<{ events: string }>(sumOfVersions);
      return Number(rows[0]!.events);
    });
  } catch (error) {
    // No view yet: nothing can be read.
    if ((error as { readonly code?: unknown }).code === '42P01') return 0;
    throw error;
  }
}
