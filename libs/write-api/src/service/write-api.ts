import { type Type } from '@nestjs/common';
import { type OpenApiOptions } from '@reprise/http';
import { type Registry } from 'prom-client';
import { type WriteDatabase } from '../database/write-database.ts';
import { type WriteSchema } from '../migrations/run-migrations.ts';

/** How the settings of a context's write side are named. */
export interface WriteSettings {
  /** What their names begin with: '' or the context's, such as `SHOP_`. */
  readonly prefix: string;
  readonly port: { readonly variable: string; readonly fallback: number };
}

/** The write API of one bounded context, as data. */
export interface WriteApi {
  /** Name of the process in logs, metrics and to Postgres: `orders-api`. */
  readonly name: string;
  /** The bounded context it writes, as the configuration file names it. */
  readonly context: string;
  /** The process in a sentence, after "the": `orders API`. */
  readonly title: string;
  readonly settings: WriteSettings;
  readonly schema: WriteSchema;
  readonly openApi: OpenApiOptions;
  readonly controllers: readonly Type<unknown>[];
  /** What the controllers are given, by class: one resource for each type of aggregate. */
  readonly resources: readonly (new (database: WriteDatabase, metrics: Registry) => object)[];
}
