import { productApi } from '@reprise/product-api';
import { runReadModelMigrations } from '@reprise/read-model-indices';
import { recruitingApi } from '@reprise/recruiting-api';
import { readConfiguration } from '@reprise/runtime';
import { readOwner, runMigrations, settingNames, type WriteApi } from '@reprise/write-api';
import { recorded, registryAudit, writeAudit } from './recorded.ts';

/** A database of the platform: what names it, and what brings it to the schema of this release. */
export interface Database {
  /** As messages call it, before the word "database". */
  readonly name: string;
  readonly side: 'write' | 'read-model';
  /** The settings that hold its URL: the owner's, else the application's own. */
  readonly variables: readonly [owner: string, own: string];
  /**
   * Reads its settings and connects to nothing.
   *
   * @returns what migrates it and resolves to the names of the migrations it ran, in order
   * @throws ConfigurationError where no setting holds its URL, or one that is none
   */
  prepare(env: NodeJS.ProcessEnv): () => Promise<string[]>;
}

/** The write API of every context. That of the product catalogue, whose settings have no prefix, is the first. */
const writeApis: readonly WriteApi[] = [productApi, recruitingApi];

/** Every database, in the order in which they are migrated. */
export const databases: readonly Database[] = [
  ...writeApis.map(writeDatabase),
  {
    name: 'read-model',
    side: 'read-model',
    variables: ['READ_MODEL_DATABASE_OWNER_URL', 'READ_MODEL_DATABASE_URL'],
    prepare: (env) => {
      const { url, variable } = readConfiguration(env, ['readModelDatabaseOwner']).readModelDatabaseOwner;
      const migrate = () => runReadModelMigrations(url, { databaseUrl: variable });
      return () => recorded('read-model', registryAudit(url, variable), migrate);
    },
  },
];

function writeDatabase({ settings, schema }: WriteApi): Database {
  const context = settings.prefix.replace(/_$/, '').toLowerCase();
  const { ownerUrl, databaseUrl } = settingNames(settings);
  const name = `${context} write`.trimStart();
  return {
    name,
    side: 'write',
    variables: [ownerUrl, databaseUrl],
    prepare: (env) => {
      const { url, variable } = readOwner(settings, env);
      const migrate = () => runMigrations(schema, url, variable);
      return () => recorded(name, writeAudit(name, url, variable), migrate);
    },
  };
}
