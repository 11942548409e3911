import { Controller } from '@nestjs/common';
import { EventPattern, Payload } from '@nestjs/microservices';
import type { BatchVerdict, DeliveredBatch } from '@reprise/read-model-live';

/** The event that each batch of a log is, for handlers of the application's own. */
export const batchPattern = 'reprise.batch';

/** Feeds each batch that the transport delivers. */
@Controller()
export class BatchController {
  @EventPattern(batchPattern)
  feed(@Payload() batch: DeliveredBatch): Promise<BatchVerdict> {
    return batch.feed();
  }
}
