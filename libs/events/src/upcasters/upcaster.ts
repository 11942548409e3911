/** A JSON object whose shape is not known yet. */
export type JsonObject = Readonly<Record<string, unknown>>;

export type UpcastResult =
  | { readonly ok: true; readonly data: JsonObject }
  | { readonly ok: false; readonly path: string; readonly problem: string };

/**
 * Lifts the data of one event type by one version. Pure and total: for data it cannot convert it returns the place and the
 * problem. Its result is validated against the schema of the version it produces, so it need not check everything.
 */
export interface Upcaster {
  readonly from: string;
  readonly to: string;
  upcast(data: JsonObject): UpcastResult;
}
