import { Module, type DynamicModule } from '@nestjs/common';
import { type Logger } from '@reprise/runtime';
import { OperationsModule } from '@reprise/runtime/http';
import { type Registry } from 'prom-client';
import { registerOutbox } from './outbox-metrics.ts';
import { CommandMetrics } from './products/command-metrics.ts';
import { ProductCommands } from './products/product-commands.ts';
import { ProductController } from './products/product.controller.ts';
import { ProductStore } from './products/product-store.ts';
import { WriteDatabase } from './write-database.ts';

/** Wires the write side to one database. The database is opened by the caller and closed with the application. */
@Module({})
export class ProductApiModule {
  static register(database: WriteDatabase, metrics: Registry, logger: Logger): DynamicModule {
    const store = new ProductStore(database);
    registerOutbox(metrics, database, logger);
    return {
      module: ProductApiModule,
      imports: [
        OperationsModule.register({ metrics, logger, ready: { writeDatabase: () => database.ping() } }),
      ],
      controllers: [ProductController],
      providers: [
        { provide: WriteDatabase, useValue: database },
        { provide: ProductStore, useValue: store },
        { provide: ProductCommands, useValue: new ProductCommands(store, new CommandMetrics(metrics)) },
      ],
    };
  }
}
