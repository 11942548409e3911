import { Module, type DynamicModule } from '@nestjs/common';
import { type Logger } from '@reprise/runtime';
import { OperationsModule } from '@reprise/http';
import { type Registry } from 'prom-client';
import { registerOutbox } from '../database/outbox-metrics.ts';
import { type WriteDatabase } from '../database/write-database.ts';
import { type WriteApi } from './write-api.ts';

/** What Nest closes when the application ends, after the last request was answered. */
const openedDatabase = Symbol('the write database');

/** Wires a write API to one database. The database is opened by the caller and closed with the application. */
@Module({})
export class WriteApiModule {
  static register(
    { controllers, resources }: WriteApi,
    database: WriteDatabase,
    metrics: Registry,
    logger: Logger,
  ): DynamicModule {
    registerOutbox(metrics, database, logger);
    return {
      module: WriteApiModule,
      imports: [
        OperationsModule.register({ metrics, logger, ready: { writeDatabase: () => database.ping() } }),
      ],
      controllers: [...controllers],
      providers: [
        { provide: openedDatabase, useValue: database },
        ...resources.map((Resource) => ({ provide: Resource, useValue: new Resource(database, metrics) })),
      ],
    };
  }
}
