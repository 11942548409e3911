import { Controller, Get, Inject, Module, ServiceUnavailableException } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { loadContexts } from '@reprise/contexts';
import { readLiveConfiguration } from '@reprise/read-model-live';
import type { Projection } from '@reprise/read-model-projections';
import { LiveFeedHealth, LiveFeedTransport, RepriseModule } from '../index.ts';

@Controller('ready')
class ReadyController {
  constructor(@Inject(LiveFeedHealth) private readonly feed: LiveFeedHealth) {}

  @Get()
  async ready() {
    const health = await this.feed.isHealthy('feed');
    if (health['feed']?.status !== 'up') throw new ServiceUnavailableException(health);
    return health;
  }
}

@Module({
  imports: [
    RepriseModule.forRootAsync({
      useFactory: async () => {
        const { contexts } = await loadContexts<Projection>(process.env);
        return { configuration: await readLiveConfiguration(process.env, contexts) };
      },
    }),
  ],
  controllers: [ReadyController],
})
class AppModule {}

/** Answers requests on a port, and feeds the read models that `reprise.config.ts` lists until it is closed. */
export async function startApplication(port: number): Promise<NestFastifyApplication> {
  const app = await NestFactory.create<NestFastifyApplication>(AppModule, new FastifyAdapter());
  app.connectMicroservice({ strategy: app.get(LiveFeedTransport) });
  app.enableShutdownHooks();
  await app.startAllMicroservices();
  await app.listen(port);
  return app;
}
