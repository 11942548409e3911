import { statusOf, type ReadModels } from '@reprise/read-model-servers';
import type { ReadModelStatus } from '@reprise/read-model-status';

/** What readers are served, for pages and probes of the application. Reads only. */
export class ReadModelsStatus {
  readonly #readModels: ReadModels;

  constructor(readModels: ReadModels) {
    this.#readModels = readModels;
  }

  /**
   * @param bounds `maxLagMs`: age of the oldest event that readers may lack before they count as behind, in milliseconds; `withinMs`:
   *   how long one server is waited for
   * @returns the status of every read model that is fed; a server that did not answer is named in it
   * @throws DependencyError when the read-model database does not answer
   */
  async look(
    bounds: { readonly maxLagMs?: number; readonly withinMs?: number } = {},
  ): Promise<ReadModelStatus[]> {
    const fed = this.#readModels.contexts.flatMap(({ settings }) => settings.context.projections);
    return statusOf(this.#readModels, fed, bounds);
  }
}
